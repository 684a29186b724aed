import { afterEach, beforeEach, expect, jest, test } from 'bun:test'
import { createProgress, type Screen } from '../../lib/commands/progress.ts'

let written = ''
const screen = (more: Partial<Screen> = {}): Screen => ({
  isTerminal: true,
  columns: 80,
  rows: 24,
  write: (text) => {
    written += text
  },
  ...more,
})
/** What stands on the screen, by the two sequences that are used. */
function shown(): string[] {
  let lines: string[] = []
  // A piece begins where the cursor has gone up: with the number of lines that were taken away.
  for (const piece of written.replaceAll('A\x1b[J', ';').split('\x1b[')) {
    const [, up = '0', text = piece] = /^(\d+);([\s\S]*)$/.exec(piece) ?? []
    lines = [...lines.slice(0, lines.length - Number(up)), ...text.split('\n').slice(0, -1)]
  }
  return lines
}
const told: string[] = []
const start = (given = screen()) => createProgress(given, false, (text) => told.push(text))

beforeEach(() => {
  written = ''
  told.length = 0
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

test('a quick start shows nothing', () => {
  const progress = start()
  progress.told('a', 'starting')
  jest.advanceTimersByTime(150)
  progress.told('a', 'ready')
  progress.end()
  jest.advanceTimersByTime(1000)
  expect(written).toBe('')
})

test('a line for each executor with its state, gone at the end; other output stays above', () => {
  const progress = start()
  progress.told('encoder', 'starting')
  progress.told('b', 'starting')
  jest.advanceTimersByTime(400)
  progress.told('b', 'ready')
  jest.advanceTimersByTime(1100)
  expect(shown()).toEqual([
    '  starting  1 of 2 ready',
    expect.stringMatching(/^ {2}encoder {2}starting {2}\d\.\d s$/),
    expect.stringMatching(/^ {2}b {8}ready {5}\d\.\d s$/),
  ])
  progress.around(() => {
    written += 'a word of b\n'
  })
  expect(shown()).toHaveLength(4)
  expect(shown()[0]).toBe('a word of b')
  progress.told('encoder', 'failed')
  progress.end()
  jest.advanceTimersByTime(1000)
  expect(shown()).toEqual(['a word of b'])
})

test('more than the screen holds: those that are waited for, and how many more', () => {
  const progress = start(screen({ rows: 6 }))
  for (let i = 0; i < 20; i++) progress.told(`e${i}`, 'starting')
  progress.told('e0', 'ready')
  jest.advanceTimersByTime(500)
  progress.end()
  const last = written.split('\x1b[J').find((text) => text.includes('more'))!
  expect(last.split('\n').slice(0, 5)).toEqual([
    '  starting  1 of 20 ready',
    expect.stringContaining('e1'),
    expect.stringContaining('e2'),
    expect.stringContaining('e3'),
    '  and 16 more',
  ])
})

test('a start that is tried again counts from its beginning', () => {
  const progress = start()
  progress.told('a', 'starting')
  progress.told('a', 'failed')
  progress.told('a', 'starting')
  jest.advanceTimersByTime(300)
  expect(shown()[1]).toContain('starting')
  progress.end()
})

test('where there is no terminal, those that are waited for are named now and then', () => {
  const progress = start(screen({ isTerminal: false }))
  progress.told('a', 'starting')
  progress.told('b', 'starting')
  progress.told('b', 'ready')
  jest.advanceTimersByTime(10_000)
  expect(told).toEqual(['1 of 2 executors are ready; still starting: a'])
  expect(written).toBe('')
  progress.end()
  jest.advanceTimersByTime(10_000)
  expect(told).toHaveLength(1)
})
