/** Errors of user code as bytes for callers and as text for operators. */
import { describe, expect, test } from 'bun:test'
import { headline, positionOf, stackLines, statusOf } from '../../lib/executor/failure.ts'
import { decodeStatus } from '../../lib/wire/status.ts'

const HERE = import.meta.path

describe('stackLines()', () => {
  test('is the error, then frames of user code, each line ended', () => {
    const lines = stackLines(new RangeError('boom'))
    expect(lines[0]).toBe('RangeError: boom\n')
    expect(lines[1]).toMatch(new RegExp(`${HERE}:\\d+:\\d+\\)?\n$`))
    expect(lines.every((line) => line.endsWith('\n'))).toBe(true)
  })

  test('leaves out frames of ours and of the runtime', () => {
    const error = new Error('x')
    error.stack = [
      'Error: x',
      `    at foo (${HERE}:1:2)`,
      `    at createInvoker (${HERE.replace(/tests.*/, 'lib/executor/invoke.ts')}:40:5)`,
      '    at runWorker (/$bunfs/root/xserve:100:5)',
      '    at async load (lib/worker/user-module.ts:31:17)',
      '    at lib/link/create.ts:120:18',
      '    at async /srv/app (2)/exec.ts:5:6',
      '    at new A (/srv/app (2)/exec.ts:3:4)',
      '    at C:\\me\\exec.ts:7:8',
      '    at processTicksAndRejections (native:7:39)',
      '    at readFileSync (node:fs:1:1)',
    ].join('\n')
    expect(stackLines(error)).toEqual([
      'Error: x\n',
      `    at foo (${HERE}:1:2)\n`,
      '    at async /srv/app (2)/exec.ts:5:6\n',
      '    at new A (/srv/app (2)/exec.ts:3:4)\n',
      '    at C:\\me\\exec.ts:7:8\n',
    ])
    error.stack = error.stack.replace(/ {4}at foo.*/, '')
    expect(positionOf(error)).toBe('/srv/app (2)/exec.ts:5:6')
  })

  test('tells causes, joined errors, and ends where an error is its own cause', () => {
    const text = stackLines(new Error('top', { cause: new TypeError('middle', { cause: 'the bottom' }) })).join('')
    expect(text).toMatch(/^Error: top[\s\S]*caused by TypeError: middle[\s\S]*caused by the bottom\n$/)
    const joined = stackLines(new AggregateError([new Error('one'), new Error('two')], 'both')).join('')
    expect(joined).toMatch(/^AggregateError: both[\s\S]*caused by Error: one[\s\S]*caused by Error: two/)
    const own = new Error('own')
    own.cause = own
    expect(stackLines(own).filter((line) => line.includes('own')).length).toBeLessThan(20)
  })
})

test('positionOf() is where user code threw', () => {
  expect(positionOf(new Error('x'))).toMatch(new RegExp(`^${HERE}:\\d+:\\d+$`))
  expect(positionOf('text')).toBeUndefined()
  const bare = new Error('x')
  bare.stack = 'Error: x'
  expect(positionOf(bare)).toBeUndefined()
})

class OddError extends Error {
  override name = 'OddError'
}
class QuotaError extends RangeError {}
const nameless = Object.assign(new Error('m'), { name: '' })
const unspeakable = {
  toJSON() {
    throw new Error('no')
  },
  toString() {
    throw new Error('never')
  },
}

describe('statusOf()', () => {
  test('an error without a message has no arguments', () => {
    const status = decodeStatus(statusOf(new QuotaError(), 'Mine'))
    expect(status.description).toBe('QuotaError()')
    expect(status.exception).toMatchObject({ name: 'QuotaError', args: [] })
  })

  test.each([
    [new OddError('why'), 'OddError', 'why', "OddError('why')"],
    [new Error("it's"), 'Error', "it's", 'Error("it\'s")'],
    [new Error('two\nlines\\'), 'Error', 'two\nlines\\', "Error('two\\nlines\\\\')"],
    [
      new Error('a\x00\t\u200b\u00a0 ü\u{e0001}'),
      'Error',
      'a\x00\t\u200b\u00a0 ü\u{e0001}',
      "Error('a\\x00\\t\\u200b\\xa0 ü\\U000e0001')",
    ],
    [new (class SilentError extends Error {})('m'), 'SilentError', 'm', "SilentError('m')"],
    [new QuotaError('m'), 'QuotaError', 'm', "QuotaError('m')"],
    [nameless, 'Error', 'm', "Error('m')"],
    ['text', 'Error', 'text', "Error('text')"],
    [undefined, 'Error', 'undefined', "Error('undefined')"],
    [null, 'Error', 'null', "Error('null')"],
    [{ a: 1 }, 'Error', '{"a":1}', 'Error(\'{"a":1}\')'],
    [10n, 'Error', '10', "Error('10')"],
    [Symbol('s'), 'Error', 'Symbol(s)', "Error('Symbol(s)')"],
    [Object.create(null), 'Error', '{}', "Error('{}')"],
    [unspeakable, 'Error', '[object Object]', "Error('[object Object]')"],
    [Object.assign(new Error('x'), { message: { code: 7 } }), 'Error', '{"code":7}', 'Error(\'{"code":7}\')'],
  ])('%#: any value can be thrown', (value, name, message, description) => {
    const status = decodeStatus(statusOf(value, 'Mine'))
    expect([status.code, status.description]).toEqual([1, description])
    expect(status.exception).toMatchObject({ name, args: [message], executor: 'Mine' })
    expect(status.exception!.stacks[0]).toBe(`${headline(value)}\n`)
  })
})
