/** A large request lies where a worker can read it, for as long as it may be read; and so does what is answered out of it. */
import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { loanOf } from '../../../../lib/link/memory/loan.ts'
import { loansOf } from '../../../../lib/link/memory/loans.ts'
import { SHARED_FOLDER } from '../../../../lib/link/memory/shared-memory.ts'
import type { GrpcMethod } from '../../../../lib/servers/grpc/method.ts'
import { callMethod } from '../../../../lib/servers/grpc/methods/call.ts'
import type { CallContext, CallHandler } from '../../../../lib/wire/call.ts'
import type { Envelope } from '../../../../lib/wire/envelope.ts'
import { createSpokenByPeer } from '../../../../lib/wire/spoken.ts'
import { requestBytes } from '../../../helpers/grpc.ts'
import { answered, callFields, connectInMemory, data, headers, message, reset, windowUpdate } from './peer.ts'

const cases = test.skipIf(!existsSync(SHARED_FOLDER))
const LARGE = 200_000
const FRAME = 16_000

/** Begun, with all of its request sent; `answer` ends it. */
async function begin() {
  const answer = Promise.withResolvers<Uint8Array>()
  let request: Uint8Array = new Uint8Array(0)
  const method: GrpcMethod = {
    kind: 'unary',
    handle(bytes) {
      request = bytes
      return answer.promise
    },
  }
  const peer = connectInMemory({ '/t.T/M': method })
  await peer.frames()
  const whole = message('x'.repeat(LARGE))
  peer.send(headers(1, callFields('/t.T/M')))
  for (let at = 0; at < whole.length; at += FRAME) {
    peer.send(data(1, whole.subarray(at, at + FRAME), at + FRAME >= whole.length))
  }
  await peer.frames()
  expect(Buffer.from(request).toString()).toBe('x'.repeat(LARGE))
  return { peer, request, answer }
}

cases('until its answer is written', async () => {
  const { peer, request, answer } = await begin()
  expect(loanOf(request)).not.toBeNull()
  answer.resolve(request.subarray(0, 10))
  expect((await answered(peer)).messages).toEqual(['x'.repeat(10)])
  expect(loanOf(request)).toBeNull()
})

cases('while its answer waits for the caller to read it', async () => {
  const { peer, request, answer } = await begin()
  // More than the window of a stream takes.
  answer.resolve(request)
  await peer.frames()
  expect(loanOf(request)).not.toBeNull()
  peer.send(reset(1))
  await peer.frames()
  expect(loanOf(request)).toBeNull()
})

cases('while its method may read it, though the caller has gone', async () => {
  const { peer, request, answer } = await begin()
  peer.send(reset(1))
  await peer.frames()
  expect(loanOf(request)).not.toBeNull()
  answer.reject(new Error('given up'))
  await answer.promise.catch(() => {})
  await peer.frames()
  expect(loanOf(request)).toBeNull()
})

/** A stream whose requests the test answers; each request is told by the size of its text. */
async function beginStream(metadata: readonly (readonly [string, string])[] = []) {
  const seen: { request: Envelope; context: CallContext; answer(value: Envelope): void; fail(error: Error): void }[] =
    []
  const handler: CallHandler = {
    call(request, context) {
      const { promise, resolve, reject } = Promise.withResolvers<Envelope>()
      seen.push({ request, context, answer: resolve, fail: reject })
      return promise
    },
    async *stream() {},
  }
  const peer = connectInMemory({ '/t.T/S': callMethod(handler, createSpokenByPeer()) })
  await peer.frames()
  peer.send(headers(1, callFields('/t.T/S', metadata)))
  const send = async (length: number): Promise<void> => {
    const whole = message(requestBytes('/', [{ text: 'x'.repeat(length) }]))
    for (let at = 0; at < whole.length; at += FRAME) peer.send(data(1, whole.subarray(at, at + FRAME)))
    await peer.frames()
  }
  return { peer, seen, send }
}

const unchanged = (request: Envelope): Envelope =>
  request.answer({ role: 'executor', data: null, parameters: null, status: null, routes: [] })
const isHeld = ({ request }: { readonly request: Envelope }): boolean => loanOf(request.data) !== null

cases('each request of a stream until its own answer is written', async () => {
  const { peer, seen, send } = await beginStream()
  await send(LARGE)
  await send(LARGE)
  expect(seen.map(isHeld)).toEqual([true, true])
  expect(seen.map(({ context }) => loansOf(context) !== null)).toEqual([true, true])
  // More than the window takes: half of it waits.
  seen[0]!.answer(unchanged(seen[0]!.request))
  await peer.frames()
  expect(seen.map(isHeld)).toEqual([true, true])
  peer.send(windowUpdate(0, 1_000_000), windowUpdate(1, 1_000_000))
  await peer.frames()
  expect(seen.map(isHeld)).toEqual([false, true])
  seen[1]!.answer(unchanged(seen[1]!.request))
  await peer.frames()
  expect(seen.map(isHeld)).toEqual([false, false])
})

cases('a stream that is reset lets go of what nobody works on, and of the rest when that has ended', async () => {
  const { peer, seen, send } = await beginStream()
  await send(LARGE)
  await send(LARGE)
  seen[0]!.answer(unchanged(seen[0]!.request))
  await peer.frames()
  peer.send(reset(1))
  await peer.frames()
  expect(seen.map(isHeld)).toEqual([false, true])
  seen[1]!.fail(new Error('given up'))
  await peer.frames()
  expect(seen.map(isHeld)).toEqual([false, false])
})

cases('in order, an answer waits for those before it; one that fails ends all', async () => {
  const { peer, seen, send } = await beginStream([['__results_in_order__', 'true']])
  for (let n = 0; n < 3; n++) await send(LARGE)
  seen[2]!.answer(unchanged(seen[2]!.request))
  await peer.frames()
  expect(seen.map(isHeld)).toEqual([true, true, true])
  seen[0]!.fail(new Error('broken'))
  await peer.frames()
  // The second is still worked on.
  expect(seen.map(isHeld)).toEqual([false, true, false])
  seen[1]!.answer(unchanged(seen[1]!.request))
  await peer.frames()
  expect(seen.map(isHeld)).toEqual([false, false, false])
})

cases('requests that wait for their turn stay where they are', async () => {
  const { peer, seen, send } = await beginStream([['__prefetch__', '1']])
  for (let n = 0; n < 3; n++) await send(LARGE)
  peer.send(windowUpdate(0, 2_000_000), windowUpdate(1, 2_000_000))
  for (let n = 0; n < 3; n++) {
    expect(seen).toHaveLength(n + 1)
    expect(isHeld(seen[n]!)).toBe(true)
    expect(String(seen[n]!.request.data.length)).toBe(String(seen[0]!.request.data.length))
    seen[n]!.answer(unchanged(seen[n]!.request))
    await peer.frames()
    expect(isHeld(seen[n]!)).toBe(false)
  }
})

cases('small requests cost nothing of it', async () => {
  const { seen, send } = await beginStream()
  await send(10)
  expect(loansOf(seen[0]!.context)).toBeNull()
})
