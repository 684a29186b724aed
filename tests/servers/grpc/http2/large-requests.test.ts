/** A large request of a unary call lies where a worker can read it, for as long as it may be read. */
import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { loanOf } from '../../../../lib/link/loan.ts'
import { SHARED_FOLDER } from '../../../../lib/link/shared-memory.ts'
import type { GrpcMethod } from '../../../../lib/servers/grpc/method.ts'
import { answered, callFields, connectInMemory, data, headers, message, reset } from './peer.ts'

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
