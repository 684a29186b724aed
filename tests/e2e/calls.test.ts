/** Calls that go wrong: the caller gets an answer that says why, the gateway and the next caller do not notice. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Envelope } from '../../lib/wire/envelope.ts'
import { type Caller, caller, LIST, requestBytes, SINGLE, texts } from '../helpers/grpc.ts'
import { fixture, type Server, startServer } from '../helpers/xserve.ts'
import { encode } from '../wire/oracle.ts'

let server: Server
let call: Caller
beforeAll(async () => {
  server = await startServer('run', [fixture('trouble.ts')])
  call = caller(server.address)
})
afterAll(async () => {
  call?.[Symbol.dispose]()
  expect(await server?.stop()).toBe(0)
  expect(server.stdout().match(/closed/g)).toHaveLength(1)
})

const alive = async () => expect(texts(await call.post('/', [{ id: 'a' }]))).toEqual(['hello'])

// Public case 89.
test.each([
  ['/throws', 'RangeError', 'boom', "RangeError('boom')"],
  ['/rejects', 'RangeError', 'boom', "RangeError('boom')"],
  ['/throws-text', 'Error', 'just a text', 'just a text'],
  ['/wrong', 'TypeError', 'The return type must be DocumentArray / Dict / `None`, but getting 5', 'wrong'],
])('%s answers with the error, its place, and the documents', async (endpoint, name, message, description) => {
  const { plain } = await call.post(endpoint, [{ id: 'a', text: 'x' }])
  const status = plain.header.status!
  expect(status.code).toBe(1)
  expect(status.description).toContain(description)
  expect(status.exception.name).toBe(name)
  expect(status.exception.args[0]).toStartWith(message)
  expect(status.exception.executor).toBe('Trouble')
  expect(plain.data!.docs!.docs).toEqual([{ id: 'a', text: 'x' }])
  if (endpoint === '/throws') expect(status.exception.stacks.join('')).toMatch(/trouble\.ts:22:\d+/)
  if (endpoint === '/rejects') expect(status.exception.stacks.join('')).toContain('deeper')
  expect(status.exception.stacks.join('')).not.toMatch(/\$bunfs|lib\/(worker|executor)/)
  await alive()
})

test('an endpoint that never returns ends at the deadline, and hears of it', async () => {
  await expect(call.post('/never', [{ id: 'a' }], { deadlineMs: 150 })).rejects.toMatchObject({ code: 4 })
  await server.seen(/gave up: (TimeoutError|AbortError)/)
  await alive()
})

// Public case 101.
test('a caller that leaves is heard of in the worker', async () => {
  await using own = await startServer('run', [fixture('trouble.ts')])
  using other = caller(own.address)
  const controller = new AbortController()
  const left = other.post('/never', [{ id: 'a' }], { signal: controller.signal }).catch((error) => error)
  await other.post('/', [{ id: 'a' }])
  controller.abort()
  expect((await left).code).toBe(1)
  await own.seen('gave up: AbortError')
})

// Public case 89.
test('a floating rejection and a late throw are logged with their place, and the worker lives', async () => {
  await call.post('/floating', [{ id: 'a' }])
  await server.seen('nobody waits')
  await server.seen('later')
  expect(server.stderr()).toContain('trouble.ts:')
  await alive()
})

test('what user code prints comes through with the name of the executor', async () => {
  await call.post('/prints', [{ id: 'a' }])
  await server.seen('to stdout')
  await server.seen('to stderr')
  await server.seen('to the log')
  expect(server.stdout()).toContain('executor0/rep-0 | to stdout\n')
  expect(server.stderr()).toContain('executor0/rep-0 | to stderr\n')
  expect(server.stderr()).toMatch(/INFO {2}executor0\/rep-0@\d+ to the log\n/)
})

test('bytes that are no message, and a broken document, are refused; the connection stays', async () => {
  await expect(call.raw(SINGLE, Uint8Array.from([255, 255, 255]))).rejects.toMatchObject({
    code: 3,
    details: expect.stringContaining('DataRequestProto'),
  })
  const data = Buffer.from([0x22, 0x06, 0x0a, 0x04, 0x0a, 0x02, 0x0a, 0x7f])
  const answer = await call.raw(
    SINGLE,
    Buffer.concat([encode('jina.DataRequestProto', { header: { exec_endpoint: '/append' } }), data]),
  )
  // The documents come back as they were sent, which no reader can read.
  expect(Envelope.parse(answer.bytes).isError).toBe(true)
  await alive()
})

test('pickled documents are refused with a way out, never read', async () => {
  const request = encode('jina.DataRequestProto', {
    header: { exec_endpoint: '/append' },
    data: { docs_bytes: Buffer.from('800495', 'hex').toString('base64') },
  })
  const { plain } = await call.raw(SINGLE, request)
  expect(plain.header.status!.description).toContain('pickle')
  await alive()
})

test('fields that we do not know are kept, in the message and in a document', async () => {
  const unknown = Buffer.from([0x9a, 0x06, 0x02, 0x68, 0x69])
  const doc = Buffer.concat([Buffer.from([0x0a, 0x01, 0x61]), unknown])
  const docs = Buffer.concat([Buffer.from([0x0a, doc.length]), doc])
  const data = Buffer.concat([Buffer.from([0x22, docs.length + 2, 0x0a, docs.length]), docs])
  const answer = await call.raw(
    SINGLE,
    Buffer.concat([encode('jina.DataRequestProto', { header: { exec_endpoint: '/append' } }), data, unknown]),
  )
  expect(Buffer.from(answer.bytes).toString('latin1').split('\x9a\x06\x02hi')).toHaveLength(3)
  expect(texts(answer)).toEqual(['+'])
})

test('an unknown method is told as that; process_data belongs to shared executors', async () => {
  await expect(call.raw('/jina.JinaRPC/Nope', new Uint8Array(0))).rejects.toMatchObject({ code: 12 })
  await expect(call.raw(LIST, new Uint8Array(0))).rejects.toMatchObject({ code: 12 })
})

test('a message of 100 MB goes through, and small calls beside it do not wait for it', async () => {
  const text = 'x'.repeat(100_000_000)
  const large = call.post('/echo', [{ id: 'a', text }])
  using other = caller(server.address)
  for (let i = 0; i < 5; i++) expect(texts(await other.post('/', [{ id: 'b' }]))).toEqual(['hello'])
  const answer = await large
  expect(answer.bytes.length).toBeGreaterThan(100_000_000)
}, 60_000)

test('ten thousand calls at once are all answered', async () => {
  // Over several connections: the client side of http2 in Bun 1.4.5 calls itself once for each stream that waits on one.
  const callers = Array.from({ length: 20 }, () => caller(server.address))
  try {
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, (_, i) =>
        callers[i % callers.length]!.post('/append', [{ id: 'a', text: `${i}` }]),
      ),
    )
    expect(answers.every((answer, i) => texts(answer)[0] === `${i}+`)).toBe(true)
  } finally {
    for (const one of callers) one[Symbol.dispose]()
  }
}, 60_000)

// Public case 101.
test('a client that vanishes in the middle of a stream leaves no trace', async () => {
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/vanishing-client.ts`, server.address], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  for await (const chunk of child.stdout) {
    expect(new TextDecoder().decode(chunk)).toContain('answered')
    break
  }
  child.kill('SIGKILL')
  await child.exited
  await alive()
})

test('the largest request can be limited', async () => {
  await using limited = await startServer('run', [fixture('trouble.ts'), '--max-message-bytes', '1000'])
  using other = caller(limited.address)
  await expect(other.raw(SINGLE, requestBytes('/echo', [{ id: 'a', text: 'x'.repeat(2000) }]))).rejects.toMatchObject({
    code: 8,
  })
  expect(texts(await other.post('/', [{ id: 'a' }]))).toEqual(['hello'])
})
