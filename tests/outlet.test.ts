import { expect, test } from 'bun:test'
import { createOutlet, type OutletStream } from '../lib/outlet.ts'

/** A stream whose reader takes what it is told to take. */
function reader() {
  const queue: { text: string; done: (error?: Error | null) => void }[] = []
  const read: string[] = []
  const stream: OutletStream = {
    write: (text, done) => void queue.push({ text, done }),
    on: () => {},
  }
  return {
    stream,
    read,
    get waiting() {
      return queue.reduce((sum, { text }) => sum + text.length, 0)
    },
    takeAll(error: Error | null = null) {
      for (let next = queue.shift(); next; next = queue.shift()) {
        if (!error) read.push(next.text)
        next.done(error)
      }
    },
  }
}
const gap = (lines: number) => `gap of ${lines}\n`

test('text comes whole and in order to a reader that is slow, but not too slow', () => {
  const slow = reader()
  const write = createOutlet(slow.stream, gap)
  for (let i = 0; i < 1000; i++) write(`line ${i}\n`)
  slow.takeAll()
  expect(slow.read).toEqual(Array.from({ length: 1000 }, (_, i) => `line ${i}\n`))
})

test('a reader that stands still costs bounded memory; what is missing is told where it is missing', () => {
  const still = reader()
  const write = createOutlet(still.stream, gap)
  const line = `${'x'.repeat(1_000_000)}\n`
  for (let i = 0; i < 100; i++) write(line)
  expect(still.waiting).toBeLessThan(6_000_000)
  still.takeAll()
  const whole = still.read.length - 1
  expect(still.read.at(-1)).toBe(gap(100 - whole))
  write('after\n')
  still.takeAll()
  expect(still.read.at(-1)).toBe('after\n')
})

test('what cannot be written is counted until it can be again', () => {
  const full = reader()
  const write = createOutlet(full.stream, gap)
  write('a\nb\n')
  full.takeAll(new Error('ENOSPC'))
  write('c\n')
  full.takeAll(new Error('ENOSPC'))
  expect(full.read).toEqual([])
  write('d\n')
  full.takeAll()
  expect(full.read).toEqual([gap(3), 'd\n'])
})

test('a stream that answers at once is no other', () => {
  const read: string[] = []
  let fails = true
  const write = createOutlet(
    {
      write(text, done) {
        if (!fails) read.push(text)
        done(fails ? new Error('ENOSPC') : null)
      },
      on: () => {},
    },
    gap,
  )
  write('a\n')
  write('b\n')
  fails = false
  write('c\n')
  expect(read).toEqual([gap(2), 'c\n'])
})
