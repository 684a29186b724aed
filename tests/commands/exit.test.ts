import { expect, test } from 'bun:test'
import { describeError } from '../../lib/commands/exit.ts'
import { XserveError } from '../../lib/errors.ts'

const error = new XserveError('PORT_IN_USE', 'port 80 is taken', {
  where: '0.0.0.0:80',
  hint: 'take another',
  cause: new Error('inner'),
})

test('an error tells where, what, its code and what to do, without a stack', () => {
  expect(describeError(error, false, false)).toBe('error 0.0.0.0:80: port 80 is taken [PORT_IN_USE]\n  take another\n')
})

test('with --debug the stacks follow', () => {
  const text = describeError(error, true, false)
  expect(text).toContain('exit.test.ts')
  expect(text).toContain('caused by Error: inner')
})

test("a user's own stack is always shown, and colour only where asked for", () => {
  const own = new XserveError('START_FAILED', 'x', { cause: 'at a.ts:1:2' })
  expect(describeError(own, false, false)).toBe('error x [START_FAILED]\n    at a.ts:1:2\n')
  expect(describeError(own, false, true)).toContain('\x1b[31merror\x1b[0m')
})
