// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables in YAML look like this
/** Variables in YAML: where they come from, what becomes of their types, and what is told of those that are not there. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { createProblems } from '../../lib/config/problems.ts'
import { substitute } from '../../lib/config/variables.ts'
import { parseYaml } from '../../lib/config/yaml-file.ts'

const variables = {
  env: { WORD: 'hello', NUMBER: '42', ZERO: '007', YES: 'true', NESTED: '$WORD' },
  context: { list: [1, 2], x: 'y', deep: { a: 1 } },
}
/** Throws what is wrong. */
function whole(text: string): unknown {
  const problems = createProblems()
  const { value } = substitute(parseYaml(text, '/f.yml'), variables, problems)
  problems.settle('BAD_CONFIG')
  return value
}
const resolve = (text: string) => (whole(`top: here\nvalue: ${text}\n`) as { value: unknown }).value

test.each<[string, unknown]>([
  ['${{ ENV.WORD }}', 'hello'],
  ['${{ENV.WORD}}', 'hello'],
  ['"say ${{ ENV.WORD }} ${{ CONTEXT.x }}"', 'say hello y'],
  ['${{ ENV.NUMBER }}', 42],
  ['"${{ ENV.NUMBER }}1"', 421],
  ['${{ ENV.ZERO }}', '007'],
  ['${{ ENV.YES }}', true],
  ['${{ CONTEXT.list }}', [1, 2]],
  ['${{ x }}', 'y'],
  ['${{ root.top }}', 'here'],
  ['{a: 1, b: "${{ this.a }}"}', { a: 1, b: 1 }],
  ['$WORD', 'hello'],
  ['"${WORD}s"', 'hellos'],
  ['$UNKNOWN costs $5', '$UNKNOWN costs $5'],
  ['[$WORD, {k: $NUMBER}]', ['hello', { k: 42 }]],
  ['"007"', '007'],
])('%s', (text, value) => expect(resolve(text)).toEqual(value))

test.each(['${{ ENV.NONE }}', '${{ CONTEXT.none }}', '${{ none }}', '${{ root.none.x }}', '${{ other.x }}'])(
  '%s is told with its place',
  (text) => expect(() => resolve(text)).toThrow(/^\/f\.yml:2:1 value: there is no \$\{\{ /),
)

test('references that lead back to themselves have an end', () => {
  expect(() => whole('a: ${{ root.b }}\nb: ${{ root.a }}\n')).toThrow('leads back to itself')
})

test('whatever has no dollar stays what it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify({ value })
      fc.pre(!text.includes('$') && !text.includes('__proto__'))
      expect(whole(text)).toEqual(JSON.parse(text))
    }),
    { numRuns: 200 },
  )
})
