import { expect, test } from 'bun:test'
import { matchesTarget } from '../../lib/wire/target.ts'

test.each([
  ['', true],
  ['executor0', true],
  ['exec', true],
  ['exec.*', true],
  ['.*0$', true],
  ['(?P<kind>exec)utor\\d', true],
  ['executor0\\Z', true],
  ['\\Aexecutor0', true],
  ['(?i)EXECUTOR', true],
  ['(?is)EXEC.TOR', true],
  ['EXECUTOR', false],
  ['executor\\\\A|other', false],
  ['xecutor0', false],
  ['other', false],
  ['other|executor', true],
])('the pattern %p meets executor0 from the start: %p', (pattern, meets) => {
  expect(matchesTarget(pattern, 'executor0')).toBe(meets)
})

test.each(['[', '(', '*', 'x'.repeat(1001)])('a pattern that is none is refused by name: %p', (pattern) => {
  expect(() => matchesTarget(pattern, 'executor0')).toThrow(expect.objectContaining({ code: 'BAD_TARGET' }))
})
