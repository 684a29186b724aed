/** Declared types through the program: over gRPC, over HTTP, in OpenAPI and in what gateways are told. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { decodeData } from '../../lib/document/data-content.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import { decodeStatus } from '../../lib/wire/status.ts'
import { type Caller, caller } from '../helpers/grpc.ts'
import { fixture, type Server, startServer } from '../helpers/xserve.ts'

let server: Server
let call: Caller
beforeAll(async () => {
  server = await startServer('run', [fixture('typed.ts'), '--protocol', 'grpc,http', '--port', '0,0'])
  call = caller(server.address)
})
afterAll(async () => {
  call?.[Symbol.dispose]()
  expect(await server?.stop()).toBe(0)
})

async function post(endpoint: string, body: unknown) {
  const answer = await fetch(`${server.http}${endpoint}`, { method: 'POST', body: JSON.stringify(body) })
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
  return { status: answer.status, json: (await answer.json()) as any }
}

describe('documents', () => {
  test('get their defaults, and are answered with the declared fields', async () => {
    const { status, json } = await post('/label', { data: [{ id: 'a', title: 'tea' }] })
    expect(status).toBe(200)
    expect(json.data).toEqual([{ id: 'a', title: 'tea', price: 0, labels: ['tea 0'], ratio: 2, vector: null }])
  })

  test('null where a field is not nullable is as absent', async () => {
    const { json } = await post('/label', { data: [{ id: 'a', title: 'tea', price: null, labels: null, ratio: null }] })
    expect(json.data[0].labels).toEqual(['tea 0'])
  })

  test.each([
    [{ title: 5 }, ['body', 'data', 0, 'title'], 'must be a text, not 5'],
    [{ id: 'a' }, ['body', 'data', 0, 'title'], 'is missing, and has no default'],
    [{ title: 'a', price: 'much' }, ['body', 'data', 0, 'price'], 'must be an integer, not "much"'],
    [{ title: 'a', vector: [['x']] }, ['body', 'data', 0, 'vector'], 'must be a tensor'],
    [{ title: 'a', vector: 'x' }, ['body', 'data', 0, 'vector'], 'must be a tensor'],
    [{ title: 'a', parts: 5 }, ['body', 'data', 0, 'parts'], 'must be a list of documents, not 5'],
    [{ title: 'a', parts: [{}, { weight: 'x' }] }, ['body', 'data', 0, 'parts', 1, 'weight'], 'must be a number'],
  ])('%j is 422 with its place', async (doc, loc, message) => {
    const { status, json } = await post('/label', { data: [doc] })
    expect([status, json.detail[0].loc]).toEqual([422, loc])
    expect(json.detail[0].msg).toContain(message)
  })

  test('become what is declared, whatever JSON could say', async () => {
    const doc = { title: 'a', vector: [1, 2.5], file: 'AQI=', main: { weight: 2 }, parts: [{ weight: 1 }, {}] }
    const { status, json } = await post('/kinds', { data: [doc] })
    expect(status).toBe(200)
    expect(Object.values(json.parameters.__results__)[0]).toMatchObject({ file: true, main: 2, parts: 2 })
    expect((Object.values(json.parameters.__results__)[0] as { vector: string }).vector).toBeString()
  })

  test('a schema of zod changes what it changes, and fills in parameters', async () => {
    const { status, json } = await post('/ask', { data: [{ text: '  why? ' }], parameters: { language: 'de' } })
    expect(status).toBe(200)
    expect(json.data[0].text).toBe('why? 3 de')
    expect((await post('/ask', { data: [{ text: 'x', top: 5 }] })).json.data[0].text).toBe('x 5 en')
    const wrong = await post('/ask', { data: [{ text: 'x' }], parameters: { language: 'fr' } })
    expect([wrong.status, wrong.json.detail[0].loc]).toEqual([422, ['body', 'parameters', 'language']])
  })

  test('an answer that does not fit is the executor’s fault', async () => {
    const { status, json } = await post('/wrong', { data: [{ title: 'a' }] })
    expect([status, json.detail]).toEqual([
      500,
      expect.stringContaining(
        '/wrong gives what its output schema refuses: docs[0].price: must be an integer, not "free"',
      ),
    ])
  })

  test('over gRPC it is a status of the executor, and nothing is called', async () => {
    const answer = Envelope.parse((await call.post('/ask', [{ id: 'a' }])).bytes)
    const { exception } = decodeStatus(answer.status)
    expect(exception?.name).toBe('ValidationError')
    expect(exception?.args[0]).toStartWith('docs[0].text: ')
    expect(decodeData(answer.data).length).toBe(1)
  })

  test('a streaming endpoint is checked, too', async () => {
    const answer = await fetch(`${server.http}/tokens?text=a%20b`)
    expect((await answer.text()).match(/"text":"(\w)"/g)).toEqual(['"text":"a"', '"text":"b"'])
  })
})

test('OpenAPI has the declared schemas, with references that lead somewhere', async () => {
  const api = (await (await fetch(`${server.http}/openapi.json`)).json()) as {
    components: { schemas: Record<string, { properties: Record<string, unknown> }> }
  }
  const { schemas } = api.components
  expect(Object.keys(schemas.Product!.properties)).toContain('price')
  expect(schemas.Question).toBeDefined()
  expect(schemas.Options).toBeDefined()
  for (const [, path] of JSON.stringify(api).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    let at: unknown = api
    for (const part of path!.split('/')) at = (at as Record<string, unknown>)[part]
    expect(at).toBeDefined()
  }
})

test('it says that it speaks the second dialect', async () => {
  const status = (await (await fetch(`${server.http}/status`)).json()) as { jina: { docarray: string } }
  expect(status.jina.docarray).toBe('0.40.0')
})
