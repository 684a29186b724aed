import { describe, expect, test } from 'bun:test'
import { Client } from '../../lib/client/client.ts'
import { backoffMs, mayRetry, retry, retryPolicy } from '../../lib/client/retry.ts'
import { XserveError } from '../../lib/errors.ts'
import { freePort, startGrpcServer } from './grpc-server.ts'

const never = new AbortController().signal
const policy = (maxAttempts: number) => retryPolicy({ maxAttempts, initialBackoffMs: 1, maxBackoffMs: 2 })
const gone = new XserveError('UNREACHABLE', 'nobody answers at a:1: the connection is refused')

describe('backoffMs()', () => {
  test('is the initial pause, then by chance below a bound that grows up to the longest', () => {
    const defaults = retryPolicy({})
    const most = (attempt: number) => backoffMs(attempt, defaults, () => 1)
    expect([1, 2, 3, 4, 5, 100].map(most)).toEqual([500, 750, 1125, 1687.5, 2000, 2000])
    expect(backoffMs(2, defaults, () => 0)).toBe(0)
    expect(backoffMs(1, retryPolicy({ maxBackoffMs: 10 }))).toBe(10)
  })
  test.each([
    { maxAttempts: 0 },
    { maxAttempts: 1.5 },
    { initialBackoffMs: -1 },
    { maxBackoffMs: Number.NaN },
    { backoffMultiplier: 0.5 },
  ])('%p is refused', (options) => {
    expect(() => retryPolicy(options)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }))
  })
})

describe('retry()', () => {
  const failing = (times: number, error: unknown) => {
    let calls = 0
    return { call: async () => (++calls <= times ? Promise.reject(error) : calls), count: () => calls }
  }
  test('calls until it succeeds or attempts are used up', async () => {
    expect(await retry(failing(2, gone).call, policy(3), never)).toBe(3)
    const { call, count } = failing(9, gone)
    await expect(retry(call, policy(3), never)).rejects.toBe(gone)
    expect(count()).toBe(3)
  })
  test('what may have been sent, and what no attempt mends, is not repeated', async () => {
    const lost = new XserveError('UNAVAILABLE', 'the connection to a:1 broke during the call')
    const { call, count } = failing(9, lost)
    await expect(retry(call, policy(3), never)).rejects.toBe(lost)
    expect(count()).toBe(1)
    expect(mayRetry(new XserveError('UNREACHABLE', 'its certificate is not accepted'))).toBe(false)
  })
  test('an abort ends the pause', async () => {
    const controller = new AbortController()
    const waiting = retry(
      failing(9, gone).call,
      retryPolicy({ maxAttempts: 2, initialBackoffMs: 60_000, maxBackoffMs: 60_000 }),
      controller.signal,
    )
    setTimeout(() => controller.abort(), 5)
    await expect(waiting).rejects.toBe(gone)
  })
})

describe('gRPC', () => {
  const retries = { maxAttempts: 100, initialBackoffMs: 50, maxBackoffMs: 50, requestSize: 1, resultsInOrder: true }
  test.each([true, false])('a server that comes late is reached, each request once (stream %p)', async (stream) => {
    const port = freePort()
    using client = new Client({ port })
    const posted = client.post('/', ['a', 'b', 'c'], { ...retries, stream })
    await Bun.sleep(120)
    await using server = await startGrpcServer({}, port)
    expect((await posted).texts).toEqual(['a', 'b', 'c'])
    expect(server.seen.stream + server.seen.single).toBe(3)
  })

  test.each([true, false])('a deadline and a signal hold for all attempts (stream %p)', async (stream) => {
    using client = new Client({ port: freePort() })
    const started = performance.now()
    const controller = new AbortController()
    const aborted = client.post('/', 'a', { ...retries, stream, signal: controller.signal })
    setTimeout(() => controller.abort(), 50)
    await expect(aborted).rejects.toBeInstanceOf(XserveError)
    if (stream)
      await expect(client.post('/', 'a', { ...retries, stream, timeoutMs: 200 })).rejects.toMatchObject({
        code: 'UNREACHABLE',
      })
    expect(performance.now() - started).toBeLessThan(3000)
  })
})
