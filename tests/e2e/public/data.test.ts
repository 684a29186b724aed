/** What users met with data on its way elsewhere: whole numbers, digits, texts of all kinds, empty requests, frames of HTTP/2. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { once } from 'node:events'
import http2 from 'node:http2'
import path from 'node:path'
import { Client } from '../../../lib/client/client.ts'
import { caller, requestBytes, SINGLE } from '../../helpers/grpc.ts'
import { streamDoc } from '../../helpers/stream-doc.ts'
import { type Server, startServer, temporaryFolder, xserve } from '../../helpers/xserve.ts'
import { encode } from '../../wire/oracle.ts'

const EXECUTOR = `import { Executor } from 'xserve'
export default class Tells extends Executor {
  static requests = { '/default': 'echo', '/tell': 'tell', '/throws': 'throws', '/none': 'none' };
  calls = 0
  echo() {}
  tell({ docs, parameters }) { return { json: JSON.stringify(parameters), docs: docs.length, calls: ++this.calls } }
  throws({ docs }) { throw new Error(docs[0].text) }
  async *none() {}
}
`
const folder = temporaryFolder({ 'tells.ts': EXECUTOR })
let server: Server
const clients: Client[] = []
beforeAll(async () => {
  const listen = ['--protocol', 'grpc,http,websocket', '--port', '0,0,0']
  server = await startServer('run', [path.join(folder.path, 'tells.ts'), ...listen])
  for (const address of [server.address, server.http, server.websocket]) clients.push(new Client(address))
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server?.stop()
  folder[Symbol.dispose]()
})

interface Told {
  readonly json: string
  readonly docs: number
  readonly calls: number
}
/** What the executor tells of a request without documents, over each protocol. */
async function tellAll(parameters: Record<string, unknown> = {}): Promise<Told[]> {
  const all: Told[] = []
  for (const client of clients) {
    for await (const answer of client.stream('/tell', undefined, { parameters })) {
      all.push((answer.parameters.__results__ as Record<string, Told>)['executor0/rep-0']!)
      const { __results__: _, ...back } = answer.parameters
      expect(JSON.stringify(back)).toBe(JSON.stringify(parameters))
    }
  }
  return all
}

// Public cases 75, 76.
test('parameters keep their kinds, their order and their depth over every protocol; whole numbers are written whole', async () => {
  const parameters = {
    top_k: 3,
    ratio: 3.5,
    neg: -1,
    big: 9007199254740991,
    flag: true,
    none: null,
    list: [1, 2.0, []],
    nested: { n: 1, deeper: { b: 'x', a: { z: [{ y: null }] } } },
    empty: {},
  }
  const told = await tellAll(parameters)
  expect(told.map(({ json }) => json)).toEqual(Array.from({ length: 3 }, () => JSON.stringify(parameters)))
  expect(told[0]!.json).toContain('"top_k":3,"ratio":3.5,"neg":-1')
})

// Public case 74.
test('digits that a number does not hold are refused with their place, as texts they pass', async () => {
  const body = (id: string) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"parameters": {"ids": [1, ${id}]}}`,
  })
  const lost = await fetch(`${server.http}/post`, body('9007199254740993'))
  expect([lost.status, await lost.json()]).toEqual([
    422,
    {
      detail: [
        expect.objectContaining({
          loc: ['body', 'parameters', 'ids', 1],
          msg: expect.stringContaining('9007199254740993'),
        }),
      ],
    },
  ])
  expect((await fetch(`${server.http}/post`, body('"9007199254740993"'))).status).toBe(200)
  expect((await fetch(`${server.http}/post`, body('9007199254740992'))).status).toBe(200)
  const posted = await xserve(['post', server.address, '--parameters', '{"id": 9007199254740993}'])
  expect([posted.code, posted.stderr]).toEqual([2, expect.stringContaining('write it as a text: "9007199254740993"')])
  using files = temporaryFolder({
    'a.ts': EXECUTOR,
    'flow.yml':
      'jtype: Flow\nexecutors:\n  - {uses: a.ts, uses_with: {id: 12345678901234567890, good: "12345678901234567890"}}\n',
  })
  const file = path.join(files.path, 'flow.yml')
  const checked = await xserve(['check', file])
  expect([checked.code, checked.stderr]).toEqual([2, expect.stringContaining(`${file}:3:34 12345678901234567890`)])
  expect(checked.stderr.match(/12345678901234567890 has/g)).toHaveLength(1)
})

// Public case 81.
test('requests without documents call the executor once, with none', async () => {
  const before = (await tellAll()).map(({ calls, docs }) => [calls, docs])
  expect(before).toEqual([1, 2, 3].map((n) => [before[0]![0]! + n - 1, 0]))
  const ask = (body: string) =>
    fetch(`${server.http}/post`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  let calls = before.at(-1)![0]!
  for (const data of ['', ', "data": []', ', "data": null']) {
    const body = `{"execEndpoint": "/tell"${data}}`
    const answer = await ask(body)
    const { parameters } = (await answer.json()) as { parameters: { __results__: Record<string, Told> } }
    expect([body, answer.status, parameters.__results__['executor0/rep-0']]).toEqual([
      body,
      200,
      { json: '{}', docs: 0, calls: ++calls },
    ])
  }
  // A body that is none, or no JSON, is refused as Jina does it, the second with the place.
  expect((await ask('')).status).toBe(422)
  const broken = await ask('{"data": [,]}')
  expect([broken.status, await broken.text()]).toEqual([422, expect.stringContaining('line 1 column 11')])
})

const WORDS = ['é 世界 🚀', 'a\0b', 'two\nlines', '100 % %41', 'x'.repeat(10_000), '"quoted\\', 'ÿ', '\u2028']

// Public case 79.
test('texts of all kinds come back as they are, in documents, ids and keys, over every protocol', async () => {
  for (const client of clients) {
    const docs = WORDS.map((word) => ({ id: word, text: word, tags: { [word]: word } }))
    const back = await client.post('/', docs)
    expect(back.map(({ id, text, tags }) => ({ id, text, tags: { ...tags } }))).toEqual(docs)
    // Half of a pair is no character: it is replaced, and the rest stays.
    expect((await client.post('/', 'a\ud800b')).texts).toEqual(['a\ufffdb'])
  }
})

// Public case 79.
test('texts of all kinds in errors are readable over every protocol', async () => {
  for (const word of WORDS) {
    for (const client of clients.filter((_, index) => index !== 1)) {
      const error = await client.post('/throws', word).catch((thrown) => thrown)
      expect(error.exception?.args).toEqual([word])
    }
    const body = JSON.stringify({ execEndpoint: '/throws', data: [{ text: word }] })
    const headers = { 'content-type': 'application/json' }
    const answer = await (await fetch(`${server.http}/post`, { method: 'POST', body, headers })).json()
    expect((answer as { header: object }).header).toMatchObject({ status: { exception: { args: [word] } } })
  }
})

// Public case 79.
test('headers beyond ASCII are refused or passed over, and the server lives', async () => {
  const statuses = new Set<number>()
  for (const value of ['é', '世界', '\u0001', 'a\0b']) {
    const socket = await Bun.connect({
      hostname: '127.0.0.1',
      port: Number(server.http.split(':').at(-1)),
      socket: {
        data(_, bytes) {
          answered.resolve(bytes.toString())
        },
        close() {
          answered.resolve('')
        },
      },
    })
    const answered = Promise.withResolvers<string>()
    socket.write(
      `POST /post HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-word: ${value}\r\ncontent-length: 2\r\n\r\n{}`,
    )
    statuses.add(Number(/^HTTP\/1\.1 (\d+)/.exec(await answered.promise)?.[1]))
    socket.end()
  }
  for (const status of statuses) expect([200, 400]).toContain(status)
  expect(await fetch(server.http).then(({ status }) => status)).toBe(200)
})

interface Frames {
  readonly data: number[]
  readonly trailers: http2.IncomingHttpHeaders
  readonly headers: http2.IncomingHttpHeaders
}

/** One call by the http2 of the runtime, which has its own ideas of the protocol: sizes of the pieces that came, and both ends. */
async function frames(session: http2.ClientHttp2Session, path: string, message: Uint8Array): Promise<Frames> {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  const data: number[] = []
  let trailers: http2.IncomingHttpHeaders = {}
  stream.on('data', (piece: Buffer) => data.push(piece.length))
  stream.on('trailers', (fields) => {
    trailers = fields
  })
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  stream.end(Buffer.concat([head, message]))
  const [[headers]] = (await Promise.all([once(stream, 'response'), once(stream, 'close')])) as [
    [http2.IncomingHttpHeaders],
    unknown,
  ]
  return { data, trailers, headers }
}

// Public case 85.
test('a strict HTTP/2 peer gets DATA that is not empty, then one block of trailers; an error has trailers alone', async () => {
  const session = http2.connect(`http://${server.address}`)
  try {
    const unary = await frames(session, SINGLE, requestBytes('/', [{ id: 'a' }]))
    expect(unary.data.every((size) => size > 0) && unary.data.length > 0).toBe(true)
    expect([Number(unary.headers[':status']), unary.trailers['grpc-status']]).toEqual([200, '0'])
    const wrong = await frames(session, SINGLE, Uint8Array.of(255, 255))
    expect([wrong.data, wrong.headers['grpc-status'] ?? wrong.trailers['grpc-status']]).toEqual([[], '3'])
    const empty = await frames(
      session,
      '/jina.JinaSingleDocumentRequestRPC/stream_doc',
      encode('jina.SingleDocumentRequestProto', { header: { exec_endpoint: '/none' }, document: { id: 'a' } }),
    )
    expect([empty.data, empty.headers['grpc-status'] ?? empty.trailers['grpc-status']]).toEqual([[], '0'])
  } finally {
    session.destroy()
  }
  using call = caller(server.address)
  expect(await streamDoc(call.client, '/none', { id: 'a' })).toMatchObject({ frames: [], code: 0 })
})
