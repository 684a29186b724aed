/** Large messages between two real processes: the same bytes by shared memory or socket, and nothing stays behind. */
import { afterEach, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { SHARED_FOLDER } from '../../../lib/link/memory/shared-memory.ts'
import { createEchoes, order, text } from '../fixtures/connect.ts'

const MB = 1_000_000
const SHARES = existsSync(SHARED_FOLDER)

const { echo, end } = createEchoes()
afterEach(end)

/** Memories without a name that a process sees. */
const mapped = (pid: number | 'self'): number =>
  readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`${SHARED_FOLDER}/#`)).length

/** Those of memory that others could still open. */
const sharedDescriptors = (): string[] =>
  readdirSync('/proc/self/fd')
    .map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`)
      } catch {
        // The one by which the folder was read.
        return ''
      }
    })
    .filter((path) => path.startsWith(SHARED_FOLDER))

function sized(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += 997) bytes[at] = at * 31 + seed
  bytes[0] = 'e'.charCodeAt(0)
  return bytes
}

test.each([
  ['shared memory', {}],
  ['little shared memory', { sharedBytes: 100_000 }],
  ['the socket, since none is wanted', { sharedBytes: 0 }],
  ['the socket, since there is no folder', { sharedFolder: '/nowhere/at/all' }],
])('many sizes at once, unharmed, by %s', async (_way, options) => {
  const { link } = await echo({}, options)
  for (let round = 0; round < 3; round++) {
    const sent = Array.from({ length: 40 }, (_, n) => sized(1 + ((n * 7_919 * 37) % (3 * MB)), n + round))
    const answers = await Promise.all(sent.map((bytes) => link.call([bytes]).answer))
    expect(answers.map((bytes) => Bun.hash(bytes))).toEqual(sent.map((bytes) => Bun.hash(bytes.subarray(1))))
  }
  // After it, what was told of memory that is free has gone out, too.
  await link.call([order('e', 'small')]).answer
  expect(link.queuedBytes).toBe(0)
})

test.skipIf(!SHARES)('memory is there from the first large message on, once each way', async () => {
  const { link, child } = await echo()
  await link.call([order('e', 'small')]).answer
  expect(mapped(child.pid)).toBe(0)
  for (let n = 0; n < 3; n++) await link.call([sized(MB, n)]).answer
  expect(mapped(child.pid)).toBe(2)
})

test.skipIf(!SHARES)(
  '10 000 large calls, many given up on their way, take no more memory than a few',
  async () => {
    const { link, child } = await echo()
    const payload = sized(200_000, 1)
    const expected = Bun.hash(payload.subarray(1))
    let givenUp = 0
    for (let n = 0; n < 10_000; n += 20) {
      const calls = Array.from({ length: 20 }, () => link.call([payload]))
      const results = calls.map(({ answer }) => answer.then(Bun.hash, (error) => error.code))
      // Half of the rounds: when a small call has overtaken them, some are in the memory, some wait for it.
      if (n % 40 === 0) await link.call([order('e', 'small')]).answer
      for (let i = 0; i < calls.length; i += 3) calls[i]!.cancel()
      for (const result of await Promise.all(results)) {
        if (result === 'CANCELLED') givenUp++
        else expect(result).toBe(expected)
      }
    }
    expect(givenUp).toBeGreaterThan(1000)
    expect(mapped(child.pid)).toBe(2)
    expect(text(await link.call([order('e', 'after')]).answer)).toBe('after')
    expect(link.pending).toBe(0)
    expect(link.queuedBytes).toBe(0)
  },
  60_000,
)

test.skipIf(!SHARES)(
  'processes killed amid large calls leave neither descriptors nor memory',
  async () => {
    const large = sized(20 * MB, 1)
    for (let n = 0; n < 10; n++) {
      const { link, child, closed } = await echo()
      await link.call([sized(MB, n)]).answer
      const answers = Array.from({ length: 8 }, () => link.call([large]).answer.catch((error) => error.code))
      await link.call([order('e', 'under way')]).answer
      child.kill('SIGKILL')
      expect(new Set(await Promise.all(answers))).toEqual(new Set(['LINK_CLOSED']))
      await closed
      expect(link.queuedBytes).toBe(0)
    }
    expect(sharedDescriptors()).toEqual([])
    // The collector ends what nobody has any more; what the last turns left on the stack may take another round.
    for (let round = 0; round < 50 && mapped('self') > 4; round++) {
      Bun.gc(true)
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    expect(mapped('self')).toBeLessThanOrEqual(4)
  },
  30_000,
)
