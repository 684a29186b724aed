import { afterEach, beforeEach, expect, jest, test } from 'bun:test'
import { createBatchQueue } from '../../lib/executor/batch-queue.ts'

/** Lets what is settled run. */
const turn = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

function queue(preferredBatchSize: number, timeoutMs: number, flushAll = false) {
  const batches: number[][] = []
  const ends: (() => void)[] = []
  let idle = 0
  const made = createBatchQueue<number>(
    { preferredBatchSize, timeoutMs, flushAll },
    (batch) => {
      batches.push([...batch])
      return new Promise((resolve) => ends.push(resolve))
    },
    () => idle++,
  )
  const end = async () => {
    ends.shift()!()
    await turn()
  }
  return { ...made, batches, end, idles: () => idle }
}

test('batches of the preferred size go at once, one at a time and in order; the rest waits', async () => {
  const { add, batches, end, idles } = queue(4, 100)
  add([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(batches).toEqual([[1, 2, 3, 4]])
  await end()
  await end()
  expect(batches.slice(1)).toEqual([[5, 6, 7, 8]])
  jest.advanceTimersByTime(101)
  expect(batches.at(-1)).toEqual([9, 10])
  expect(idles()).toBe(0)
  await end()
  expect(idles()).toBe(1)
})

// Public case 67.
test('the time runs from the first that waits, also while a batch is running', async () => {
  const { add, batches, end } = queue(8, 200)
  add([1, 2, 3, 4, 5, 6, 7, 8])
  jest.advanceTimersByTime(100)
  add([9])
  jest.advanceTimersByTime(900)
  expect(batches).toHaveLength(1)
  await end()
  expect(batches[1]).toEqual([9])
})

test('what comes later does not start the time anew', () => {
  const { add, batches } = queue(8, 200)
  add([1])
  jest.advanceTimersByTime(150)
  add([2])
  jest.advanceTimersByTime(51)
  expect(batches).toEqual([[1, 2]])
})

test('flushAll hands over everything', async () => {
  const { add, batches, end } = queue(4, 100, true)
  add([1, 2, 3])
  add([4, 5, 6, 7, 8, 9, 10, 11])
  expect(batches).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]])
  await end()
})

test('dropped ones are not handed over, and their time is no longer counted', () => {
  const { add, drop, batches } = queue(3, 100)
  add([1, 2])
  jest.advanceTimersByTime(60)
  drop((item) => item < 3)
  add([3])
  jest.advanceTimersByTime(60)
  expect(batches).toEqual([])
  jest.advanceTimersByTime(60)
  expect(batches).toEqual([[3]])
})

test('in a hurry nothing waits any more', async () => {
  const { add, hurry, batches, end } = queue(3, 10_000)
  add([1])
  hurry()
  expect(batches).toEqual([[1]])
  add([2])
  await end()
  expect(batches[1]).toEqual([2])
})
