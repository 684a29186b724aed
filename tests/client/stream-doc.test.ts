/** The client of streaming endpoints, and `xserve post --streaming`, against a real server. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { AnswerFailed } from '../../lib/client/answer-failed.ts'
import { Client } from '../../lib/client/client.ts'
import { fixture, type Server, startServer, xserve } from '../helpers/xserve.ts'

let server: Server
let client: Client
beforeAll(async () => {
  server = await startServer('run', [fixture('streaming.ts')])
  client = new Client(server.address)
})
afterAll(async () => {
  client?.close()
  await server?.stop()
})

async function textsOf(stream: AsyncIterable<{ text?: string | undefined }>): Promise<(string | undefined)[]> {
  const texts = []
  for await (const { text } of stream) texts.push(text)
  return texts
}

test('documents come one by one, in order, with parameters', async () => {
  expect(await textsOf(client.streamDoc('/count', 'a', { parameters: { to: 100 } }))).toEqual(
    Array.from({ length: 100 }, (_, i) => `a ${i}`),
  )
  expect(await textsOf(client.streamDoc('/nothing'))).toEqual([])
})

test('an error in the middle is thrown behind what came before', async () => {
  const seen: unknown[] = []
  const error = await (async () => {
    for await (const { text } of client.streamDoc('/breaks', { text: 'a' })) seen.push(text)
  })().catch((thrown) => thrown)
  expect(seen).toEqual(['first'])
  expect(error).toBeInstanceOf(AnswerFailed)
  expect(error.message).toContain('RangeError: broke in the middle')
})

test('leaving the loop, and a signal, end the generator', async () => {
  for await (const _ of client.streamDoc('/waits', 'a')) break
  await server.seen('waits left')
  const controller = new AbortController()
  const stream = client.streamDoc('/waits', 'a', { signal: controller.signal })
  await stream.next()
  controller.abort()
  await expect(stream.next()).rejects.toMatchObject({ code: 'CANCELLED' })
  await expect(textsOf(client.streamDoc('/waits', 'a', { timeoutMs: 100 }))).rejects.toMatchObject({ code: 'DEADLINE' })
  await expect(textsOf(client.streamDoc('', 'a'))).rejects.toMatchObject({ code: 'BAD_ARGUMENT' })
})

test('over HTTP and WebSocket a streaming endpoint is refused with the way that goes', async () => {
  for (const scheme of ['http', 'ws']) {
    using other = new Client(`${scheme}://127.0.0.1:9`)
    const error = await textsOf(other.streamDoc('/count', 'a')).catch((thrown) => thrown)
    expect([error.code, error.details.hint]).toEqual(['UNKNOWN_METHOD', expect.stringContaining('grpc://')])
  }
})

test('post --streaming prints each document; an error is told and the exit code is 1', async () => {
  const fine = await xserve(['post', server.address, '--on', '/count', '--streaming', '--text', 'a', '--text', 'b'])
  expect(fine.code).toBe(0)
  const lines = fine.stdout.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).text)).toEqual(['a 0', 'a 1', 'a 2', 'b 0', 'b 1', 'b 2'])
  const broken = await xserve(['post', server.address, '--on', '/breaks', '--streaming', '--text', 'a'])
  expect(broken.code).toBe(1)
  expect(JSON.parse(broken.stdout).text).toBe('first')
  expect(broken.stderr).toContain('broke in the middle')
})
