/** YAML with places: every fault points at what it means. */
import { describe, expect, test } from 'bun:test'
import path from 'node:path'
import fc from 'fast-check'
import { parse } from 'yaml'
import { parseYaml, readYaml, writeYaml } from '../../lib/config/yaml-file.ts'
import type { XserveError } from '../../lib/errors.ts'
import { temporaryFolder } from '../helpers/xserve.ts'

const yaml = parseYaml(
  'jtype: Flow\nwith:\n  port: 5\nexecutors:\n  - name: a\n    needs: [b, c]\n  - {name: d}\n',
  '/f.yml',
)

describe('places', () => {
  test.each<[(string | number)[], string]>([
    [[], '1:1'],
    [['jtype'], '1:1'],
    [['with', 'port'], '3:3'],
    [['executors', 0, 'needs'], '6:5'],
    [['executors', 0, 'needs', 1], '6:16'],
    [['executors', 1, 'name'], '7:6'],
    [['executors', 1, 'not there'], '7:5'],
    [['nothing', 'at', 'all'], '1:1'],
  ])('%j is at %s', (path, place) => {
    const { line, column } = yaml.source.placeOf(path)!
    expect(`${line}:${column}`).toBe(place)
  })

  test('a path as it is written', () => {
    expect(yaml.source.textOf(['executors', 0, 'needs', 1])).toBe('executors[0].needs[1]')
    expect(yaml.source.textOf([])).toBe('')
  })
})

describe('tags', () => {
  test('one in front of the whole is its jtype', () => {
    expect(parseYaml('!Flow\nexecutors: []\n', '/f.yml').value).toEqual({ jtype: 'Flow', executors: [] })
    expect(parseYaml('!Flow\njtype: Other\n', '/f.yml').value).toEqual({ jtype: 'Other' })
  })

  test('others mean nothing, and nothing of Python is run', () => {
    expect(() => parseYaml('a: 1\nb: !Foo {c: 1}\n', '/f.yml')).toThrow('/f.yml:2:4 the tag !Foo means nothing here')
    expect(() => parseYaml('a: !!python/object/apply:os.getcwd []\n', '/f.yml')).toThrow(
      'python/object/apply:os.getcwd',
    )
  })
})

test('an anchor that holds itself is refused where it is meant again', () => {
  expect(() => parseYaml('a: &x\n  - b: 1\n    c: *x\n', '/f.yml')).toThrow(
    '/f.yml:3:8 *x stands within &x itself, which would have no end',
  )
  expect(parseYaml('a: &x [1]\nb: [*x, *x]\n', '/f.yml').value).toEqual({ a: [1], b: [[1], [1]] })
})

test('another encoding is refused, the mark of UTF-8 is not', async () => {
  using folder = temporaryFolder()
  const file = path.join(folder.path, 'flow.yml')
  await Bun.write(file, Uint8Array.of(0x61, 0x3a, 0x20, 0xe9, 0x0a))
  expect(() => readYaml(file)).toThrow(`${file} this is no text: YAML is text in UTF-8`)
  await Bun.write(file, Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0x3a, 0x20, 0xc3, 0xa9, 0x0d, 0x0a))
  expect(readYaml(file).value).toEqual({ a: 'é' })
})

test('all that is no YAML is told at once', () => {
  try {
    parseYaml('a: 1\na: 2\nb: !Foo 1\n', '/f.yml')
    expect.unreachable()
  } catch (error) {
    expect((error as XserveError).details.problems).toMatchObject([
      { line: 2, column: 1, message: 'a is there twice, first on line 1, again on line 2' },
      { line: 3, message: 'the tag !Foo means nothing here' },
    ])
  }
})

test.each([
  ['a: [1', /f\.yml:\d+:\d+ /],
  ['a: 1\na: 2', /f\.yml:2:1 a is there twice, first on line 1/],
  ['b: 1\na: *nobody', /f\.yml:2:4 .*nobody/],
  ['', /f\.yml the file is empty/],
  ['# nothing\n', /f\.yml the file is empty/],
  ['a: 1\n---\nb: 2\n', /f\.yml:2:1 the file holds several documents/],
])('%j is no YAML', (text, message) => expect(() => parseYaml(text, '/f.yml')).toThrow(message))

test('aliases without end are refused', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 8; i++)
    lines.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    )
  expect(() => parseYaml(lines.join('\n'), '/f.yml')).toThrow(/alias/i)
})

test('a file that is not there', () => expect(() => readYaml('/nowhere/f.yml')).toThrow('there is no folder /nowhere'))

test.each([
  ['a.ts', 'export default class {}', /this is a module, no YAML.*/],
  ['a.yml', 'jtype: \0', /this is no text/],
])('%s that is no YAML is told of as what it is', (name, text, message) => {
  using folder = temporaryFolder({ [name]: text })
  expect(() => readYaml(`${folder.path}/${name}`)).toThrow(message)
})

describe('writeYaml()', () => {
  const AMBIGUOUS = 'yes no on off y NO 22:22 9022:22 1_000 012 0x1F 0o17 1e3 ~ null 2024-01-01 - = << 1.10 .inf'.split(
    ' ',
  )
  const texts = {
    ...Object.fromEntries(AMBIGUOUS.map((text) => [text, text])),
    empty: '',
    blank: ' x',
    list: AMBIGUOUS,
  }

  test('what readers of either version could take for something else stays a text', () => {
    const text = writeYaml(texts)
    expect(parseYaml(text, '/f.yml').value).toEqual(texts)
    expect(parse(text, { version: '1.1' })).toEqual(texts)
  })

  test.each([0, { a: 1 }, [{ a: 1 }]])('a member called << is one, and no merge: %j', (inner) => {
    const value = { with: { '<<': inner } }
    expect(parseYaml(writeYaml(value), '/f.yml').value).toEqual(value)
  })

  test('any value comes back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'))
        expect(parseYaml(writeYaml({ value }), '/f.yml').value).toEqual({ value })
      }),
    )
  })
})
