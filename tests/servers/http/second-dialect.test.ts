/** POST and GET of an executor's own endpoints: what Jina 3.34 was recorded to answer there, and what it gets wrong. */
import { describe, expect, test } from 'bun:test'
import { XserveError } from '../../../lib/errors.ts'
import { createHttpHandler } from '../../../lib/servers/http/handler.ts'
import pydantic1 from '../../fixtures/vectors/v2/http-pydantic1.json'
import pydantic2 from '../../fixtures/vectors/v2/http-pydantic2.json'
import { fakeRuntime } from '../grpc/fake-runtime.ts'
import { runtimeOf } from '../kitchen.ts'
import { Many, Once } from '../second.ts'
import { type Answered, ask, fakeRequest, readAll } from './fake-request.ts'

interface Case {
  readonly request: { readonly method: string; readonly path: string; readonly body: unknown }
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly text?: string
}

const once = createHttpHandler(runtimeOf(Once))
const many = createHttpHandler(runtimeOf(Many))
const post = (path: string, body: unknown, handler = once): Promise<Answered> => ask(handler, 'POST', path, { body })

const call = async ({ request: { method, path, body } }: Case, handler: typeof once): Promise<Answered> => {
  const { pathname, search } = new URL(path, 'http://x')
  const options = { query: search.slice(1), ...(body === null ? {} : { body }) }
  return readAll(await handler(fakeRequest(method, pathname, options)))
}

/** Both spellings, ids that are made, and fields of the class that a caller leaves out: they are null in Python alone. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value) ? '<id>' : value
  }
  const entries = Object.entries(value).filter(([, item]) => item !== null)
  const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return Object.fromEntries(entries.map(([name, item]) => [snake(name), comparable(item)]))
}

const eventsOf = (text: string): unknown[] =>
  text.split('\r\n\r\n').map((event) => {
    const [kind, data] = event.split('\r\n')
    return [kind, data === undefined ? null : comparable(JSON.parse(data.replace(/^data: /, '')))]
  })

/** Where the recording is a defect of Jina (or of one pydantic), and ours is told. */
const BETTER: Readonly<Record<string, (answer: Answered) => void>> = {
  'unknown field': ({ json }) => expect(json.data).toEqual([{ id: 'i1', text: 'X', extra: 5 }]),
  'no id': ({ json }) => expect(json.data).toEqual([{ id: expect.stringMatching(/^[0-9a-f]{32}$/), text: 'X' }]),
  'wrong type': ({ status, json }) => expect([status, json.detail[0].loc]).toEqual([422, ['body', 'data', 0, 'text']]),
  'header in camel case': ({ status, json }) => expect([status, json.header.requestId]).toEqual([200, 'req7']),
  embedding: ({ json }) => expect(json.data).toEqual([{ id: 'i1', embedding: [3, 4] }]),
  'declared schema, other class out': ({ json }) => {
    expect(json.data).toEqual([{ id: expect.any(String), line: 'tea in EUR', total: 6 }])
    expect(json.parameters.factor).toBe(2)
  },
}

describe.each([
  ['pydantic 1', pydantic1],
  ['pydantic 2', pydantic2],
])('recorded with %s', (_, vectors) => {
  for (const [name, one] of Object.entries(vectors) as [string, Case][]) {
    test(name, async () => {
      const answer = await call(one, name.startsWith('events') ? many : once)
      if (BETTER[name]) {
        BETTER[name](answer)
        return
      }
      expect(answer.status).toBe(one.status)
      expect(answer.headers['content-type']).toBe(one.headers['content-type'])
      if (one.headers.allow) expect(answer.headers.allow).toBe(one.headers.allow)
      if (one.status === 422) {
        expect(answer.json.detail[0].loc).toEqual((one.body as { detail: { loc: unknown[] }[] }).detail[0]!.loc)
      } else if (one.status === 500) expect(answer.json.detail).toBe("TypeError('intended failure')")
      else if (one.text !== undefined) {
        expect(eventsOf(answer.body)).toEqual(eventsOf(one.text))
        for (const header of ['cache-control', 'x-accel-buffering'])
          expect(answer.headers[header]).toBe(one.headers[header]!)
      } else expect(comparable(answer.json)).toEqual(comparable(one.body))
    })
  }
})

describe('requests', () => {
  test('250 documents are answered whole and in order', async () => {
    const data = Array.from({ length: 250 }, (_, i) => ({ id: `i${i}`, text: 'x' }))
    const { json } = await post('/upper', { data })
    expect(json.data).toEqual(data.map(({ id }) => ({ id, text: 'X' })))
  })

  test('each request is answered in its own dialect', async () => {
    const first = await post('/fail', { data: { docs: [{ text: 'x' }] } })
    expect([first.status, first.json.header.status.code]).toEqual([200, 1])
    expect((await post('/upper', { data: [{ text: 'x' }], execEndpoint: '/' })).json.header.execEndpoint).toBe('/upper')
    expect((await post('/fail', { data: [{ text: 'x' }] })).status).toBe(500)
    const runtime = { ...runtimeOf(Once), endpoints: async () => ['/search'] }
    const handler = createHttpHandler(runtime)
    expect((await post('/search', { data: [{ text: 'x' }] }, handler)).json.header.execEndpoint).toBe('/search')
    expect((await post('/search', { data: [{ title: 'x' }] }, handler)).json).toMatchObject({ data: [{ title: 'x' }] })
  })

  test('fields keep what they are: null, numbers, lists, objects, a tensor as lists and as their text, bytes', async () => {
    const document = {
      id: 'a',
      text: 'x',
      nothing: null,
      price: 1.5,
      count: 3,
      words: ['a', 1, null],
      table: { deep: { list: [{ a: 1 }] }, ['__proto__']: 1 },
      bytes_: 'AAE=',
      chunks: [{ id: 'c', text: 'chunk', price: 2 }],
    }
    const { json } = await post('/upper', { data: [document] })
    expect(json.data).toEqual([{ ...document, text: 'X' }])
    for (const embedding of [[[1, 2.5]], '[[1, 2.5]]', '[[1,2.5]]']) {
      expect((await post('/double', { data: { id: 'a', embedding } })).json.data[0].embedding).toEqual([[2, 5]])
    }
  })

  test.each([
    [{ data: [5] }, ['body', 'data', 0]],
    [{ data: 'x' }, ['body', 'data']],
    [{}, ['body', 'data']],
    [{ data: [{ text: 'x' }], parameters: 5 }, ['body', 'parameters']],
    [{ data: [{ embedding: [[1], [2, 3]] }] }, ['body', 'data', 0, 'embedding']],
    [{ data: [{ embedding: 'none' }] }, ['body', 'data', 0, 'embedding']],
    [{ data: [{}, { bytes_: '%' }] }, ['body', 'data', 1, 'bytes_']],
    [{ data: [{ chunks: [{ text: true }] }] }, ['body', 'data', 0, 'chunks', 0, 'text']],
    [{ data: { id: true } }, ['body', 'data', 'id']],
    [{ data: [], header: { request_id: 'r', target_executor: 5 } }, ['body', 'header', 'target_executor']],
    [{ data: [], header: { request_id: {} } }, ['body', 'header', 'request_id']],
  ])('%j is refused at %j', async (body, loc) => {
    const { status, json } = await post('/upper', body)
    expect([status, json.detail[0].loc]).toEqual([422, loc])
  })

  test('what is nested too deep is refused', async () => {
    let value: unknown = 1
    for (let i = 0; i < 5000; i++) value = [value]
    expect((await post('/upper', { data: [{ text: 'x', value }] })).status).toBe(422)
    let documents: unknown = { text: 'x' }
    for (let i = 0; i < 200; i++) documents = { text: 'x', chunks: [documents] }
    expect((await post('/upper', { data: [documents] })).status).toBe(422)
  })

  test('documents that an executor makes are answered in the dialect of the request, also where that had none', async () => {
    const { json } = await post('/list', { data: [] })
    expect(json.data).toEqual([{ id: expect.any(String), text: 'made' }])
  })

  test.each([
    ['UNREACHABLE', 503],
    ['DEADLINE', 504],
    ['BAD_RESULT', 500],
  ] as const)('%s behind the gateway is %d with the reason', async (code, status) => {
    const failing = fakeRuntime('gateway', () =>
      Promise.reject(new XserveError(code, 'the reason', { where: 'a/rep-0' })),
    )
    const answer = await post('/foo', { data: [], header: { request_id: 'r' } }, createHttpHandler(failing))
    expect(answer.status).toBe(status)
    expect(answer.json).toMatchObject({ detail: 'the reason', header: { requestId: 'r', status: { code: 1 } } })
  })
})

describe('events', () => {
  const get = async (path: string, query = '', handler = many) =>
    readAll(await handler(fakeRequest('GET', path, { query })))

  test('the document in the query: texts, and JSON for lists and objects', async () => {
    const query = new URLSearchParams({ id: 'q', text: '[1]', tags: '{"a":[1]}', embedding: '[1,2]', word: 'x y' })
    expect(eventsOf((await get('/same', query.toString())).body)).toEqual([
      ['event: update', { id: 'q', text: '[1]', tags: { a: [1] }, embedding: [1, 2], word: 'x y' }],
      ['event: end', null],
      ['', null],
    ])
  })

  test('a request in the body: its parameters count, one document and no more', async () => {
    const ask2 = (body: unknown) => many(fakeRequest('GET', '/count', { body }))
    const answer = await readAll(await ask2({ data: [{ text: 'a' }], parameters: { to: 1 } }))
    expect(eventsOf(answer.body)).toMatchObject([
      ['event: update', { text: 'a 0' }],
      ['event: end', null],
      ['', null],
    ])
    expect((await ask2({ data: [{}, {}] })).status).toBe(422)
    expect((await ask2({ text: true })).status).toBe(422)
    expect((await ask2([])).status).toBe(422)
  })

  test('a POST of one who accepts events is answered with some', async () => {
    const body = { data: { text: 'a' }, parameters: { to: 1 } }
    const request = fakeRequest('POST', '/count', { body, headers: { accept: 'text/event-stream' } })
    const { body: events } = await readAll(await many(request))
    expect(events).toStartWith('event: update\r\ndata: {"id":')
    // Without data, EventSource would not tell the page of it.
    expect(events).toEndWith('\r\n\r\nevent: end\r\ndata: {}\r\n\r\n')
  })

  test('an error before the first document is the status, one behind it an event, and the answer is cut off', async () => {
    const early = await get('/fails')
    expect([early.status, early.json.detail]).toEqual([500, "RangeError('broke at once')"])
    const { body, error } = await get('/breaks')
    expect(eventsOf(body)).toMatchObject([
      ['event: update', { text: 'first' }],
      [
        'event: error',
        { detail: "RangeError('broke in the middle')", status: { code: 1, exception: { name: 'RangeError' } } },
      ],
      ['', null],
    ])
    expect(error).toMatchObject({ code: 'ANSWER_FAILED' })
  })

  test('a channel that breaks: 503 before the first document, an event with the code behind it, unknown errors masked', async () => {
    const failing = (items: number, error: Error) => {
      const runtime = runtimeOf(Many)
      const stream: typeof runtime.handler.stream = async function* (request) {
        for (let i = 0; i < items; i++) yield request
        throw error
      }
      return createHttpHandler({ ...runtime, handler: { ...runtime.handler, stream } })
    }
    const gone = new XserveError('WORKER_DIED', 'it is gone')
    expect((await get('/count', '', failing(0, gone))).status).toBe(503)
    expect((await get('/count', '', failing(1, gone))).body).toContain('"detail":"it is gone","code":"WORKER_DIED"')
    const masked = await get('/count', '', failing(1, new Error('secret')))
    expect(masked.body).toContain('event: error\r\ndata: {"detail":"internal error","code":"INTERNAL"')
    expect(masked.body).not.toContain('secret')
    expect(masked.error).toMatchObject({ message: 'secret' })
  })

  test('a caller that leaves ends the generator, whether it waits or is waited for', async () => {
    for (const path of ['/waits', '/endless']) {
      const left = Promise.withResolvers<void>()
      class Watched extends Many {
        override left = left.resolve
      }
      const request = fakeRequest('GET', path, { query: 'text=a' })
      const { body } = await createHttpHandler(runtimeOf(Watched))(request)
      const pieces = (body as AsyncIterable<string>)[Symbol.asyncIterator]()
      expect((await pieces.next()).value).toStartWith('event: update\r\n')
      if (path === '/waits') void pieces.next().catch(() => {})
      request.leave()
      void pieces.return?.()
      await left.promise
    }
  })

  test('documents are made no faster than events are taken', async () => {
    let executor: Many | undefined
    class Watched extends Many {
      constructor() {
        super()
        executor = this
      }
    }
    const { body } = await createHttpHandler(runtimeOf(Watched))(fakeRequest('GET', '/endless', { query: 'text=a' }))
    const pieces = (body as AsyncIterable<string>)[Symbol.asyncIterator]()
    for (let i = 0; i < 10; i++) await pieces.next()
    expect(executor!.made).toBeLessThanOrEqual(12)
    await pieces.return?.()
  })
})

test('a number where a text belongs is a text of its digits, as for Jina', async () => {
  const { status, json } = await post('/upper', { data: [{ id: 7, text: 5 }] })
  expect([status, json.data]).toEqual([200, [{ id: '7', text: '5' }]])
})
