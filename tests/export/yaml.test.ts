/** What is written is read the same by readers of both versions of YAML, and by Bun's. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { toYaml } from '../../lib/export/yaml.ts'

/** Bare, a reader of YAML 1.1 takes each of these for something else. */
const TRICKY = [
  ...[
    'y',
    'n',
    'Yes',
    'NO',
    'on',
    'off',
    'true',
    'null',
    '~',
    '',
    ' ',
    '=',
    '<<',
    '.inf',
    '.nan',
    '-',
    '- a',
    '? a',
    '*a',
    '&a',
  ],
  ...[
    '22:22',
    '9022:22',
    '190:20:30',
    '1_000',
    '0x1f',
    '0o17',
    '017',
    '1e3',
    '+1',
    '1.',
    '.5',
    '2001-12-14',
    '12:30:45',
  ],
  ...[
    'a: b',
    'a #b',
    '#a',
    '"a"',
    "it's",
    'a\nb',
    'a\n',
    '\ta',
    '%a',
    '@a',
    '`a`',
    '[a]',
    '{a}',
    '!a',
    '|',
    '>',
    'é ☃ 🚀',
    '\u0085',
  ],
]
const text = fc.oneof(
  fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed()),
  fc.constantFrom(...TRICKY),
  fc.string(),
)

// Public cases 111, 121.
describe('toYaml()', () => {
  test.each(TRICKY)('%j, as a value and as a key', (one) => {
    const value = { a: one, [`k${one}`]: [one], [one]: 1 }
    const written = toYaml([value])
    for (const version of ['1.1', '1.2'] as const) expect(parse(written, { version, merge: false })).toEqual(value)
  })

  // Bun's merges even a quoted <<.
  test('any object is read as it was, by every reader', () => {
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.boolean(),
        fc.integer(),
        fc.constant(null),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(
          text.filter((key) => key !== '__proto__' && key !== '<<'),
          tie('tree'),
          { maxKeys: 4 },
        ),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tree, { minKeys: 1 }), (value) => {
        const written = toYaml([value])
        expect(parse(written, { version: '1.1', merge: false })).toEqual(value)
        expect(parse(written, { version: '1.2' })).toEqual(value)
        expect(Bun.YAML.parse(written)).toEqual(value)
      }),
      { numRuns: 300 },
    )
  })

  test('keeps the order of keys, folds nothing, repeats what is there twice', () => {
    const shared = { z: 1 }
    const long = `${'word '.repeat(60)}end`
    expect(toYaml([{ b: shared, a: shared, long }])).toBe(`b:\n  z: 1\na:\n  z: 1\nlong: "${long}"\n`)
  })

  test('JSON is legible', () => {
    expect(toYaml([{ a: '{"k":[1]}' }])).toBe(`a: '{"k":[1]}'\n`)
  })

  test('several documents', () => {
    expect(toYaml([{ a: 1 }, { b: 2 }])).toBe('a: 1\n---\nb: 2\n')
  })
})
