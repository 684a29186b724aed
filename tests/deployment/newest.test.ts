/** Which of several pieces of work is done, and what each caller learns. */
import { expect, test } from 'bun:test'
import { createNewest, type Work } from '../../lib/deployment/newest.ts'

/** Work that goes on until it is let go or given up. */
function work(log: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const run: Work = async (signal) => {
    log.push(`${name} begins`)
    const ended = new Promise<never>((_, fail) => signal.addEventListener('abort', () => fail(new Error('given up'))))
    await Promise.race([promise, ended]).finally(() => log.push(`${name} ends`))
  }
  return { run, done: resolve, fail: () => reject(new Error(`${name} failed`)) }
}

test('one after the other, when each has ended', async () => {
  const log: string[] = []
  const newest = createNewest()
  for (const name of ['a', 'b']) {
    const one = work(log, name)
    one.done()
    await newest(one.run)
  }
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
})

test('the older one is given up before the newer one begins, what lies between is never begun, all learn of the newest', async () => {
  const log: string[] = []
  const newest = createNewest()
  const [a, b, c] = ['a', 'b', 'c'].map((name) => work(log, name)) as [
    ReturnType<typeof work>,
    ReturnType<typeof work>,
    ReturnType<typeof work>,
  ]
  const all = [newest(a.run)]
  await Promise.resolve()
  all.push(newest(b.run), newest(c.run))
  c.done()
  await Promise.all(all)
  expect(log).toEqual(['a begins', 'a ends', 'c begins', 'c ends'])
})

test('a failure of the newest is told to all, one of an older to nobody, and the next is tried', async () => {
  const log: string[] = []
  const newest = createNewest()
  const [a, b, c] = [work(log, 'a'), work(log, 'b'), work(log, 'c')]
  const first = newest(a.run).catch((error) => error.message)
  const second = newest(b.run).catch((error) => error.message)
  b.fail()
  expect(await Promise.all([first, second])).toEqual(['b failed', 'b failed'])
  c.done()
  await newest(c.run)
  expect(log.at(-1)).toBe('c ends')
})
