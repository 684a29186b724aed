/** /openapi.json, /docs and /redoc: what they say is what there is, and they need nobody else. */
import { expect, test } from 'bun:test'
import { createHttpHandler } from '../../../lib/servers/http/handler.ts'
import vectors from '../../fixtures/vectors/v1/http.json'
import { kitchenRuntime, runtimeOf } from '../kitchen.ts'
import { Many } from '../second.ts'
import { elements, runPage, textOf } from './fake-page.ts'
import { ask } from './fake-request.ts'

const options = { exposeEndpoints: { '/hello': { methods: ['PUT'], summary: 'Says hello' } }, version: '1.2.3' }
const handler = createHttpHandler(kitchenRuntime(), options)
const read = async (one = handler) => (await ask(one, 'GET', '/openapi.json')).json

test('has Jina’s routes and those of the executors; all references are there', async () => {
  const api = await read()
  const recorded = vectors.cases.find(({ path }) => path === '/openapi.json')!.response as typeof api
  for (const [path, methods] of Object.entries(recorded.paths))
    expect(Object.keys(api.paths[path])).toEqual(expect.arrayContaining(Object.keys(methods as object)))
  expect([api.openapi, api.info.title, api.info.version]).toEqual(['3.1.0', 'My Jina Service', '1.2.3'])
  expect([api.paths['/hello'].put.summary, api.paths['/hello'].put.tags]).toEqual(['Says hello', ['Customized']])
  expect(api.paths['/double'].post.tags).toEqual(['Endpoints'])
  expect(api.paths['/_jina_dry_run_']).toBeUndefined()
  for (const [, name] of JSON.stringify(api).matchAll(/#\/components\/schemas\/(\w+)/g))
    expect(api.components.schemas[name!]).toBeDefined()
  const ids = Object.values(api.paths).flatMap((methods) =>
    Object.values(methods as Record<string, { operationId: string }>).map(({ operationId }) => operationId),
  )
  expect(new Set(ids).size).toBe(ids.length)
})

test('every route that is described is there', async () => {
  const api = await read()
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const method of Object.keys(methods as object)) {
      const answer = await ask(handler, method.toUpperCase(), path, method === 'get' ? {} : { body: { data: [] } })
      expect([path, method, answer.status]).toEqual([path, method, path === '/fail' ? 500 : 200])
    }
  }
})

test('an endpoint that streams is there for GET', async () => {
  const { paths } = await read(createHttpHandler(runtimeOf(Many)))
  expect(Object.keys(paths['/count'])).toEqual(['get'])
  expect(Object.keys(paths['/count'].get.responses['200'].content)).toEqual(['text/event-stream'])
  expect(Object.keys(paths['/plain'])).toEqual(['post'])
})

test('title, description and what is switched off', async () => {
  const own = createHttpHandler(kitchenRuntime(), {
    title: '<b>Ours</b>',
    description: 'D',
    noDebugEndpoints: true,
    noCrudEndpoints: true,
  })
  const api = await read(own)
  expect([api.info.title, api.info.description]).toEqual(['<b>Ours</b>', 'D'])
  for (const path of ['/post', '/status', '/index']) expect(api.paths[path]).toBeUndefined()
  expect((await ask(own, 'GET', '/docs')).body).toContain('<title>&lt;b&gt;Ours&lt;/b&gt;</title>')
})

test.each(['/docs', '/redoc'])('%s is one page with a sound script, and asks nobody else', async (path) => {
  const { status, headers, body } = await ask(handler, 'GET', path)
  expect([status, headers['content-type']!]).toEqual([200, 'text/html; charset=utf-8'])
  expect(body).toContain('/openapi.json')
  expect(body).not.toMatch(/https?:\/\//)
  const scripts = [...body.matchAll(/<script>([\s\S]*?)<\/script>/g)]
  expect(scripts).toHaveLength(1)
  expect(() => new Function(scripts[0]![1]!)).not.toThrow()
})

test('/docs lists the routes, and sends what stands in the form', async () => {
  const page = await runPage(handler, (await ask(handler, 'GET', '/docs')).body)
  expect(textOf(page)).toContain('My Jina Service')
  const entry = [...elements(page)].find(
    ({ tag, children }) => tag === 'details' && textOf(children[0]!).includes('/double'),
  )!
  entry.listeners.toggle!()
  const parts = [...elements(entry)]
  const area = parts.find(({ tag }) => tag === 'textarea')!
  area.value = '{"data": [{"text": "ab"}]}'
  parts.find(({ tag }) => tag === 'button')!.onclick!()
  const output = parts.find(({ tag }) => tag === 'pre')!
  for (let turn = 0; turn < 100 && !output.textContent; turn++) await Promise.resolve()
  expect(output.textContent).toContain('"text": "abab"')
  expect(output.textContent).toStartWith('200')
})

test('/docs sends the fields of an endpoint that streams as the query', async () => {
  const streaming = createHttpHandler(runtimeOf(Many))
  const asked: string[] = []
  const page = await runPage(
    (request) => {
      asked.push(`${request.method} ${request.path}`)
      return streaming(request)
    },
    (await ask(streaming, 'GET', '/docs')).body,
  )
  const entry = [...elements(page)].find(
    ({ tag, children }) => tag === 'details' && textOf(children[0]!).includes('/count'),
  )!
  entry.listeners.toggle!()
  const parts = [...elements(entry)]
  const field = parts.find(({ tag, name }) => tag === 'input' && name === 'text')!
  field.value = 'a b'
  parts.find(({ tag }) => tag === 'button')!.onclick!()
  expect(asked.at(-1)).toBe('GET /count?text=a+b')
})

test('/redoc shows endpoints that stream', async () => {
  const streaming = createHttpHandler(runtimeOf(Many))
  const text = textOf(await runPage(streaming, (await ask(streaming, 'GET', '/redoc')).body))
  for (const word of ['/count', 'An event `update`', '?text', 'EndpointRequest', 'AnyDocument'])
    expect(text).toContain(word)
})

test('/redoc shows routes and models', async () => {
  const text = textOf(await runPage(handler, (await ask(handler, 'GET', '/redoc')).body))
  for (const word of ['/post', '/double', 'Says hello', 'JinaResponseModel', 'parent_id']) expect(text).toContain(word)
})
