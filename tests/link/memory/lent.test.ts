/** Large messages that go from one real process to the next on loan: the right bytes, and nothing held for ever. */
import { afterEach, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { loanOf } from '../../../lib/link/memory/loan.ts'
import { Loans } from '../../../lib/link/memory/loans.ts'
import { SHARED_FOLDER } from '../../../lib/link/memory/shared-memory.ts'
import { createStore, GROWTH, type Store } from '../../../lib/link/memory/store.ts'
import { createEchoes, type Echo, order, text } from '../fixtures/connect.ts'

const MB = 1024 * 1024
const { echo, end } = createEchoes()
const stores: Store[] = []
afterEach(async () => {
  await end()
  for (const store of stores.splice(0)) store.close()
})

/** Several processes, and the store of this one that they are lent from. */
async function begin(count: number, most = 2 * GROWTH) {
  const store = createStore({ most })
  stores.push(store)
  const echoes: Echo[] = []
  for (let n = 0; n < count; n++) echoes.push(await echo({}, { store }))
  return { echoes, store, loans: () => new Loans(store) }
}

/** Memories without a name that a process sees, by what tells them apart. */
function memoriesOf({ child }: Echo): string[] {
  const lines = readFileSync(`/proc/${child.pid}/maps`, 'utf8').split('\n')
  return lines.filter((line) => line.includes(`${SHARED_FOLDER}/#`)).map((line) => line.split(/\s+/)[4]!)
}

function sized(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 1; at < length; at += 499) bytes[at] = at * 31 + seed
  bytes[0] = 'e'.charCodeAt(0)
  return bytes
}

const hashOf = (bytes: Uint8Array): string => String(Bun.hash(bytes))

/** One request: to the first process, its answer to the next, and so on; what the last says it has seen. */
async function pass({ echoes, loans }: { echoes: readonly Echo[]; loans: Loans }, bytes: Uint8Array): Promise<string> {
  let current = bytes
  for (const { link } of echoes) {
    const answer = await link.call([order('e'), current], loans).answer
    loans.release(current)
    current = answer
  }
  return hashOf(current)
}

/** All of it can be taken: nothing of it is held by anybody. */
function isFree(store: Store): boolean {
  const loans = [1, 2].map(() => store.place([new Uint8Array(GROWTH)], GROWTH, () => true))
  for (const loan of loans) loan?.release()
  return !loans.includes(null)
}

const cases = test.skipIf(!existsSync(SHARED_FOLDER))

cases('the first messages show the memory, those behind them lie in it', async () => {
  const { echoes, loans } = await begin(2)
  const [first, second] = echoes as [Echo, Echo]
  const one = loans()
  const lent: boolean[] = []
  for (let n = 0; n < 4; n++) {
    const answer = await first.link.call([order('e'), sized(MB, n)], one).answer
    lent.push(loanOf(answer) !== null)
    expect(text(await second.link.call([order('h'), answer], one).answer)).toBe(hashOf(sized(MB, n)))
  }
  one.end()
  expect(lent).toEqual([false, true, true, true])
  // The second sees that of the first.
  expect(memoriesOf(second).filter((memory) => memoriesOf(first).includes(memory)).length).toBeGreaterThan(0)
})

cases('without loans nothing is shown, and answers are nobody else’s', async () => {
  const { echoes } = await begin(1)
  const [one] = echoes as [Echo]
  for (let n = 0; n < 3; n++) expect(loanOf(await one.link.call([sized(MB, n)]).answer)).toBeNull()
  // The rings, one each way.
  expect(memoriesOf(one)).toHaveLength(2)
})

cases(
  'many at once through three processes, some given up, more than there is room for: every answer is the right one',
  async () => {
    const { echoes, store, loans } = await begin(3)
    let givenUp = 0
    for (let round = 0; round < 12; round++) {
      const requests = Array.from({ length: 24 }, async (_, n) => {
        const one = loans()
        const bytes = sized(70_000 + ((n * 7919 + round) % 17) * 100_000, n + 100 * round)
        try {
          if (n % 6 === 5) {
            const call = echoes[n % 3]!.link.call([order('e'), bytes], one)
            if (n % 12 === 5) await echoes[n % 3]!.link.call([order('e', 'overtakes')]).answer
            call.cancel()
            givenUp += await call.answer.then(
              () => 0,
              () => 1,
            )
          }
          expect(await pass({ echoes, loans: one }, bytes)).toBe(hashOf(bytes))
        } finally {
          one.end()
        }
      })
      await Promise.all(requests)
    }
    expect(givenUp).toBeGreaterThan(10)
    // What comes back goes along with the next message, whatever that is.
    for (const { link } of echoes) await link.call([order('e', 'after')]).answer
    expect(isFree(store)).toBe(true)
  },
  60_000,
)

cases('what the caller has given back is not written over while a process has it', async () => {
  const { echoes, loans } = await begin(2)
  const [first, second] = echoes as [Echo, Echo]
  const warm = loans()
  for (let n = 0; n < 2; n++) await pass({ echoes, loans: warm }, sized(MB, n))
  const one = loans()
  const answer = await first.link.call([order('e'), sized(MB, 7)], one).answer
  expect(loanOf(answer)).not.toBeNull()
  // It has stopped before it could read the message.
  second.child.kill('SIGSTOP')
  const told = second.link.call([order('h'), answer], one).answer
  await first.link.call([order('e', 'the frames are written by now')]).answer
  one.end()
  const other = loans()
  for (let n = 0; n < 20; n++) await first.link.call([order('e'), sized(MB, 50 + n)], other).answer
  second.child.kill('SIGCONT')
  expect(text(await told)).toBe(hashOf(sized(MB, 7)))
  other.end()
  warm.end()
})

cases(
  'a process that is killed leaves what it has lent to those who read it, and gives back what it had',
  async () => {
    const { echoes, store, loans } = await begin(3)
    const [first, second, third] = echoes as [Echo, Echo, Echo]
    const one = loans()
    for (let n = 0; n < 3; n++) await pass({ echoes, loans: one }, sized(MB, n))
    const answer = await first.link.call([order('e'), sized(MB, 9)], one).answer
    expect(loanOf(answer)).not.toBeNull()
    const waits = second.link.call([order('w'), answer], one).answer
    await second.link.call([order('e', 'it has come')]).answer
    first.child.kill('SIGKILL')
    await first.closed
    // Sent from memory whose owner is gone.
    expect(text(await third.link.call([order('h'), answer], one).answer)).toBe(hashOf(sized(MB, 9)))
    second.link.control({ kind: 'log', level: 'info', text: 'go on' })
    expect(text(await waits)).toBe(hashOf(sized(MB, 9)))
    // This one dies with what it has been lent.
    const lost = second.link.call([order('n'), sized(MB, 10)], one).answer.catch((error) => error.code)
    await second.link.call([order('e', 'it has come, too')]).answer
    second.child.kill('SIGKILL')
    expect(await lost).toBe('LINK_CLOSED')
    one.end()
    await third.link.call([order('e', 'after')]).answer
    expect(isFree(store)).toBe(true)
  },
  30_000,
)
