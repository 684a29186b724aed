import { expect, jest, test } from 'bun:test'
import { createLogger, seldom } from '../lib/log.ts'

function lines(level: string | undefined, colour = false) {
  const written: string[] = []
  const log = createLogger('gateway', { level, colour, write: (text) => written.push(text) })
  log.debug('d')
  log.info('i')
  log.warn('w')
  log.named('executor0/rep-0', 7).error('e')
  return written
}

test('a line is LEVEL name@pid message, the level padded to five characters', () => {
  expect(lines('debug')).toEqual([
    `DEBUG gateway@${process.pid} d\n`,
    `INFO  gateway@${process.pid} i\n`,
    `WARN  gateway@${process.pid} w\n`,
    'ERROR executor0/rep-0@7 e\n',
  ])
})

test.each([
  ['INFO', 3],
  ['WARNING', 2],
  ['CRITICAL', 1],
  ['nonsense', 3],
])('level %p shows %p of four', (level, count) => {
  expect(lines(level)).toHaveLength(count)
})

test('equal lines are all written', () => {
  const written: string[] = []
  const log = createLogger('a', { level: 'info', colour: false, write: (text) => written.push(text) })
  for (let i = 0; i < 20; i++) log.info('same')
  expect(written).toHaveLength(20)
})

test('colour is there when asked for', () => {
  expect(lines('info', true)[0]).toStartWith('\x1b[36m')
})

test('seldom() tells at most once in its time, and how many it has left out', () => {
  jest.useFakeTimers()
  try {
    const told: string[] = []
    const tell = seldom((text) => told.push(text), 1000)
    for (let i = 0; i < 5; i++) tell(`a${i}`)
    jest.advanceTimersByTime(1001)
    tell('b')
    tell('c')
    expect(told).toEqual(['a0', 'b (and 4 more like it)'])
    jest.advanceTimersByTime(1001)
    tell('d')
    expect(told.at(-1)).toBe('d (and 1 more like it)')
  } finally {
    jest.useRealTimers()
  }
})

test('as JSON a line is an object with the members of the text, and what machines are told besides', () => {
  const written: string[] = []
  const log = createLogger('gateway', { format: 'json', write: (text) => written.push(text) })
  log.info('two\nlines', { event: 'ready' })
  log.named('executor0/rep-0', 7).warn('w')
  expect(written.map((line) => JSON.parse(line))).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      level: 'info',
      name: 'gateway',
      pid: process.pid,
      message: 'two\nlines',
      event: 'ready',
    },
    { time: expect.any(String), level: 'warn', name: 'executor0/rep-0', pid: 7, message: 'w' },
  ])
  expect(written.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true)
})
