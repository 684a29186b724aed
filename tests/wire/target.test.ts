import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { compileLinear } from '../../lib/wire/linear-pattern.ts'
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
  ['(other|exec)\\w+', true],
  ['(?i)EXEC', true],
  ['(?:exec|other)(?:utor)+\\d\\Z', true],
  ['(?!executor1)', true],
  ['^(?!executor0$).*', false],
  ['(?=executor0)exec', true],
  ['[(]|executor[+*]*0', true],
  // As in Python, a class that begins with its own bracket.
  ['[](\\w+)+!]', true],
  ['a+b+c+|d*e*f*executor0', true],
])('the pattern %p meets executor0 from the start: %p', (pattern, meets) => {
  expect(matchesTarget(pattern, 'executor0')).toBe(meets)
})

test.each(['[', '(', '*', 'x'.repeat(1001), '(a)\\1', '(?!(a+)+b)a', '(?<=a)b', '[^](\\w+)+\\]!'])(
  'a pattern that is none, or could take for ever, is refused by name: %p',
  (pattern) => {
    expect(() => matchesTarget(pattern, 'executor0')).toThrow(expect.objectContaining({ code: 'BAD_TARGET' }))
  },
)

/** Each of them kept a server busy for seconds, or until it was killed. */
test.each([
  '(\\w+)+!',
  '(\\w*\\w*\\w*\\w*\\w*\\w*)*!',
  '(\\w*){100}!',
  `${'\\w*'.repeat(30)}!`,
  `${'(\\w|_)*'.repeat(9)}!`,
  `${'(\\w|\\w)'.repeat(42)}!`,
  `${'\\w?'.repeat(42)}!`,
])('%p is answered at once', (pattern) => {
  const began = performance.now()
  expect(matchesTarget(pattern, 'a_rather_long_name_of_an_executor_here_indeed')).toBe(false)
  expect(performance.now() - began).toBeLessThan(1000)
})

test('both matchers agree where both may be asked', () => {
  const atom = fc.constantFrom('a', 'b', '.', '\\w', '[ab]', '[^a]', 'ab', '^', '$', '\\.')
  const piece = fc
    .tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{1,2}'))
    .map(([one, times]) => (/[\^$]$/.test(one) && one.length === 1 ? one : one + times))
  const alternative = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''))
  const pattern = fc.array(alternative, { minLength: 1, maxLength: 3 }).map((all) => all.join('|'))
  fc.assert(
    fc.property(pattern, fc.stringMatching(/^[ab.]{1,8}$/), (text, name) => {
      const linear = compileLinear(text)
      expect(typeof linear === 'string' || linear.test(name)).toBe(
        new RegExp(`^(?:${text})`).test(name) || typeof linear === 'string',
      )
    }),
    { numRuns: 1000 },
  )
})
