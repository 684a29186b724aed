import { expect, test } from 'bun:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { Inbox, type Packing, unpackMessage } from '../../../../lib/servers/grpc/http2/inbox.ts'

function inbox(packing: Packing = 'gzip', mostBytes = -1) {
  const heard: string[] = []
  const state = { held: 0, emptied: 0 }
  const waiters: (() => void)[] = []
  const one = new Inbox({
    packing,
    mostBytes,
    take(bytes) {
      heard.push(Buffer.from(bytes).toString())
      for (const wake of waiters.splice(0)) wake()
    },
    held(bytes) {
      state.held += bytes
    },
    emptied() {
      state.emptied++
    },
    fail(error) {
      heard.push(`failed: ${(error as Error).message}`)
      for (const wake of waiters.splice(0)) wake()
    },
  })
  const next = () => new Promise<void>((resolve) => waiters.push(resolve))
  return { one, heard, state, next }
}
const plain = (text: string) => Buffer.from(text)

test('holds messages while paused, in memory of their own', () => {
  const { one, heard, state } = inbox()
  one.pause()
  const read = plain('ab')
  one.push(read.subarray(0, 1), false)
  one.push(read.subarray(1), false)
  read.fill(0)
  expect([heard, state.held, one.open, one.empty]).toEqual([[], 2, false, false])
  one.resume()
  expect([heard, state, one.open]).toEqual([['a', 'b'], { held: 0, emptied: 1 }, true])
})

test('a method that pauses at each message gets them one by one', () => {
  const heard: string[] = []
  const one: Inbox = new Inbox({
    packing: 'identity',
    mostBytes: -1,
    take(bytes) {
      heard.push(Buffer.from(bytes).toString())
      one.pause()
    },
    held() {},
    emptied() {},
    fail() {},
  })
  one.pause()
  for (const text of ['a', 'b', 'c']) one.push(plain(text), false)
  for (const count of [1, 2, 3]) {
    one.resume()
    expect(heard.length).toBe(count)
  }
})

test('packed messages keep their place among plain ones', async () => {
  const { one, heard, next } = inbox('gzip')
  one.push(plain('1'), false)
  one.push(gzipSync('22'.repeat(50_000)), true)
  one.push(plain('3'), false)
  one.push(gzipSync('4'), true)
  while (heard.length < 4) await next()
  expect(heard).toEqual(['1', '22'.repeat(50_000), '3', '4'])
})

test('nothing comes of a closed one', async () => {
  const { one, heard, state } = inbox()
  one.push(gzipSync('1'), true)
  one.push(plain('2'), false)
  one.close()
  await unpackMessage(gzipSync('1'), 'gzip', -1)
  expect([heard, state]).toEqual([[], { held: 0, emptied: 0 }])
})

test('unpacks what is packed as the stream says, up to the limit', async () => {
  const text = 'x'.repeat(1000)
  expect((await unpackMessage(gzipSync(text), 'gzip', -1)).toString()).toBe(text)
  expect((await unpackMessage(deflateSync(text), 'deflate', 1000)).toString()).toBe(text)
  expect(await unpackMessage(gzipSync(''), 'gzip', 0)).toHaveLength(0)
  for (const [bytes, packing, limit, code] of [
    [gzipSync(text), 'gzip', 999, 'TOO_LARGE'],
    [gzipSync(Buffer.alloc(50_000_000)), 'gzip', 1000, 'TOO_LARGE'],
    [plain('garbage'), 'gzip', -1, 'BAD_REQUEST'],
    [gzipSync(text).subarray(0, 10), 'gzip', -1, 'BAD_REQUEST'],
    [gzipSync(text), 'deflate', -1, 'BAD_REQUEST'],
    [gzipSync(text), 'identity', -1, 'BAD_REQUEST'],
  ] as const) {
    expect(unpackMessage(bytes, packing, limit)).rejects.toMatchObject({ code })
  }
})
