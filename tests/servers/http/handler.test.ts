/** The routes of Jina's HTTP gateway: what was recorded, and what is said to those who call them wrongly. */
import { describe, expect, test } from 'bun:test'
import { XserveError } from '../../../lib/errors.ts'
import { createHttpHandler } from '../../../lib/servers/http/handler.ts'
import vectors from '../../fixtures/vectors/v1/http.json'
import { fakeRuntime } from '../grpc/fake-runtime.ts'
import { kitchenRuntime } from '../kitchen.ts'
import { comparable } from '../recorded.ts'
import { ask, fakeRequest } from './fake-request.ts'

interface Case {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly status: number
  readonly content_type: string
  readonly response: unknown
  readonly allow?: string
}

const handler = createHttpHandler(kitchenRuntime())
const post = (body: unknown, path = '/post') => ask(handler, 'POST', path, { body })

describe('recorded answers', () => {
  for (const one of vectors.cases as readonly Case[]) {
    if (one.path === '/openapi.json') continue
    test(one.name, async () => {
      const answer = await ask(handler, one.method, one.path, one.body === null ? {} : { body: one.body })
      if (one.status === 500) {
        // Jina's answer to a bad regular expression says nothing; ours tells the field.
        expect(answer.status).toBe(400)
        expect(answer.json.detail[0].loc).toEqual(['body', 'targetExecutor'])
        return
      }
      expect([answer.status, answer.headers['content-type']!]).toEqual([one.status, one.content_type])
      if (one.allow) expect(answer.headers.allow).toBe(one.allow)
      if (one.status !== 422) {
        expect(comparable(answer.json)).toEqual(comparable(one.response))
        return
      }
      const recorded = (one.response as { detail: { loc: unknown[] }[] }).detail[0]!.loc
      expect(answer.json.detail[0].loc).toEqual(recorded)
    })
  }

  test('an answer has the recorded keys in the recorded order', async () => {
    const recorded = vectors.cases.find(({ name }) => name === 'every field') as Case
    const answer = await post(recorded.body)
    const keys = (value: unknown) => JSON.stringify(value, (_, item) => (typeof item === 'object' ? item : 0))
    expect(keys(comparable(answer.json.data))).toBe(keys(comparable((recorded.response as { data: unknown }).data)))
  })
})

describe('a slash too many', () => {
  test.each([
    ['POST', '/post/', '/post'],
    ['GET', '/status/', '/status'],
    ['POST', '/hello/', '/hello'],
    ['PUT', '/index/', '/index'],
  ])('%s %s is sent to %s', async (method, path, location) => {
    const answer = await ask(handler, method, path, { body: {} })
    expect([answer.status, answer.headers.location]).toEqual([307, location])
  })

  test.each(['/', '//', '/nobody/', '/post//'])('%s is not', async (path) => {
    expect((await ask(handler, 'PATCH', path)).headers.location).toBeUndefined()
  })
})

describe('routes', () => {
  test.each([
    ['GET', '/', 200],
    ['GET', '/status', 200],
    ['HEAD', '/', 405],
    ['GET', '/hello', 405],
    ['POST', '/hello', 200],
    ['POST', '/default', 200],
    ['POST', '/delete', 405],
    ['POST', '/status', 405],
    ['OPTIONS', '/post', 405],
    ['POST', '/nope', 404],
    ['POST', '/_jina_dry_run_', 404],
    ['GET', '/metrics', 404],
    ['POST', '/constructor', 404],
  ])('%s %s is %d', async (method, path, status) => {
    const answer = await ask(handler, method, path, method === 'POST' ? { body: { data: [] } } : {})
    expect(answer.status).toBe(status)
    if (method === 'HEAD') expect(answer.body).toBe('')
  })

  test('an endpoint of the executor is a route of its own, also where Jina has one', async () => {
    const answer = await post({ data: [{ text: 'x' }], execEndpoint: '/hello' }, '/double')
    expect([answer.json.header.execEndpoint, answer.json.data[0].text]).toEqual(['/double', 'xx'])
    const runtime = { ...fakeRuntime('gateway'), endpoints: async () => ['/delete', 'plain'] }
    const own = createHttpHandler(runtime)
    for (const path of ['/delete', '/plain'])
      expect((await ask(own, 'POST', path, { body: { data: [] } })).status).toBe(200)
    expect((await ask(own, 'DELETE', '/delete', { body: {} })).status).toBe(200)
  })

  test('switched off', async () => {
    const quiet = createHttpHandler(kitchenRuntime(), { noDebugEndpoints: true, noCrudEndpoints: true })
    for (const path of ['/post', '/index', '/search'])
      expect((await ask(quiet, 'POST', path, { body: {} })).status).toBe(404)
    for (const path of ['/status', '/dry_run']) expect((await ask(quiet, 'GET', path)).status).toBe(404)
    expect((await ask(quiet, 'GET', '/')).json).toEqual({})
    const status = createHttpHandler(kitchenRuntime(), { statusOnly: true })
    expect((await ask(status, 'GET', '/dry_run')).json).toEqual({ code: 0, description: '', exception: null })
    for (const path of ['/post', '/hello', '/index'])
      expect((await ask(status, 'POST', path, { body: {} })).status).toBe(404)
  })

  test('a dry run that fails is 200 with what went wrong', async () => {
    const dryRun = () => Promise.reject(new XserveError('WORKER_DIED', 'gone', { where: 'a/rep-0' }))
    const { status, json } = await ask(createHttpHandler({ ...fakeRuntime('gateway'), dryRun }), 'GET', '/dry_run')
    expect(status).toBe(200)
    expect(json).toEqual({
      code: 1,
      description: 'gone',
      exception: { name: 'WORKER_DIED', args: ['gone'], stacks: [], executor: 'a/rep-0' },
    })
    const fault = () => Promise.reject(new Error('secret'))
    const faulty = createHttpHandler({ ...fakeRuntime('gateway'), dryRun: fault })
    expect(ask(faulty, 'GET', '/dry_run')).rejects.toThrow('secret')
  })

  test('exposed endpoints have the path and the methods that the operator chose', async () => {
    const exposeEndpoints = '{"/hello": {"http_path": "/say/hello", "methods": ["put", "GET"]}, "/double": {}}'
    const open = createHttpHandler(kitchenRuntime(), { exposeEndpoints })
    for (const method of ['PUT', 'GET']) {
      const answer = await ask(open, method, '/say/hello', { body: { data: [{}] } })
      expect([answer.json.header.execEndpoint, answer.json.data[0].text]).toEqual(['/hello', 'hello'])
    }
    expect((await ask(open, 'POST', '/say/hello', { body: {} })).headers.allow).toBe('GET, PUT')
  })
})

describe('failures', () => {
  test('behind the gateway: the request echoed with the reason, and the status of the catalogue', async () => {
    for (const [code, status] of [
      ['UNREACHABLE', 503],
      ['DEADLINE', 504],
      ['BAD_RESULT', 500],
      ['START_TIMEOUT', 503],
      ['BAD_TENSOR', 500],
      ['OVERLOADED', 429],
    ] as const) {
      const failing = fakeRuntime('gateway', () => Promise.reject(new XserveError(code, 'because', { where: 'h:1' })))
      const body = {
        data: [{ id: 'a', text: 'x' }],
        execEndpoint: '/foo',
        header: { requestId: 'r' },
        parameters: { n: 1 },
      }
      const answer = await ask(createHttpHandler(failing), 'POST', '/post', { body })
      expect(answer.status).toBe(status)
      expect(answer.json.header).toEqual({
        requestId: 'r',
        status: {
          code: 1,
          description: 'because',
          exception: { name: code, args: ['because'], stacks: [], executor: 'h:1' },
        },
        execEndpoint: '/foo',
        targetExecutor: '',
      })
      expect([answer.json.parameters, answer.json.routes, answer.json.data[0].text]).toEqual([{ n: 1 }, [], 'x'])
    }
  })

  test('of ours are left to the front, which masks them', () => {
    for (const fault of [new TypeError('secret'), new XserveError('INTERNAL', 'secret')]) {
      const failing = fakeRuntime('gateway', () => Promise.reject(fault))
      expect(ask(createHttpHandler(failing), 'POST', '/post', { body: {} })).rejects.toThrow('secret')
    }
  })

  test('of reading the body have the status of the catalogue', async () => {
    const readBody = () => Promise.reject(new XserveError('TOO_LARGE', 'more than 10 bytes'))
    const answer = await ask(handler, 'POST', '/post', { readBody })
    expect(answer.status).toBe(413)
    expect(answer.json.detail).toEqual([{ loc: ['body'], msg: 'more than 10 bytes', type: 'value_error.too_large' }])
  })

  test.each([
    [{ 'content-type': 'text/plain' }, 415],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [{ 'content-type': 'application/json; charset=latin1' }, 415],
    // The front has unpacked it.
    [{ 'content-encoding': 'gzip' }, 200],
    [{ 'content-type': 'application/json; charset="UTF-8"' }, 200],
    [{ 'content-type': 'application/vnd.api+json' }, 200],
  ])('a body of %j is %d', async (headers, status) => {
    const answer = await ask(handler, 'POST', '/post', { body: '{}', headers })
    expect(answer.status).toBe(status)
    if (status === 415) expect(answer.json.detail[0].loc).toEqual(['body'])
  })

  test('the caller who leaves is told on', async () => {
    let cancelled: boolean | undefined
    let reason: unknown
    const waiting = fakeRuntime('gateway', async (request, context) => {
      await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()))
      cancelled = context.cancelled
      reason = context.signal.reason
      return request
    })
    const request = fakeRequest('POST', '/post', { body: {}, headers: { traceparent: 't' } })
    const answer = createHttpHandler(waiting)(request)
    await Promise.resolve()
    setTimeout(() => request.leave())
    await answer
    expect(cancelled).toBe(true)
    expect((reason as XserveError).code).toBe('CANCELLED')
  })
})

describe('cross-origin calls', () => {
  const open = createHttpHandler(kitchenRuntime(), { cors: true })
  const origin = { origin: 'http://a.example' }

  test('a preflight allows what it asks for', async () => {
    const headers = {
      ...origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type, x-own',
    }
    const answer = await ask(open, 'OPTIONS', '/post', { headers })
    expect([answer.status, answer.body]).toEqual([200, 'OK'])
    expect(answer.headers['access-control-allow-origin']).toBe('http://a.example')
    expect(answer.headers['access-control-allow-headers']).toBe('content-type, x-own')
    expect(answer.headers['access-control-allow-methods']).toContain('POST')
  })

  test('every answer may be read, errors included', async () => {
    for (const path of ['/post', '/nope']) {
      const answer = await ask(open, 'POST', path, { body: {}, headers: origin })
      expect(answer.headers['access-control-allow-origin']).toBe('http://a.example')
    }
    expect((await ask(open, 'GET', '/')).headers['access-control-allow-origin']).toBeUndefined()
    expect((await ask(handler, 'GET', '/', { headers: origin })).headers['access-control-allow-origin']).toBeUndefined()
  })
})
