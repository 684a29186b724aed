/** YAML with places: every fault points at what it means. */
import { describe, expect, test } from 'bun:test'
import { parseYaml, readYaml } from '../../lib/config/yaml-file.ts'

const yaml = parseYaml(
  'jtype: Flow\nwith:\n  port: 5\nexecutors:\n  - name: a\n    needs: [b, c]\n  - {name: d}\n',
  '/f.yml',
)

describe('places', () => {
  test.each<[(string | number)[], string]>([
    [[], '/f.yml:1:1'],
    [['jtype'], '/f.yml:1:1'],
    [['with', 'port'], '/f.yml:3:3'],
    [['executors', 0, 'needs'], '/f.yml:6:5'],
    [['executors', 0, 'needs', 1], '/f.yml:6:16'],
    [['executors', 1, 'name'], '/f.yml:7:6'],
    [['executors', 1, 'not there'], '/f.yml:7:5'],
    [['nothing', 'at', 'all'], '/f.yml:1:1'],
  ])('%j is at %s', (path, place) => expect(yaml.where(path)).toBe(place))

  test('a fault says place, path and what', () => {
    expect(yaml.fault(['executors', 0, 'needs', 1], 'who is c?').message).toBe(
      '/f.yml:6:16 executors[0].needs[1]: who is c?',
    )
    expect(yaml.fault([], 'wrong').message).toBe('/f.yml:1:1 wrong')
  })
})

test.each([
  ['a: [1', /f\.yml:\d+:\d+ /],
  ['a: 1\na: 2', /f\.yml:2:1 .*unique/],
  ['a: *nobody', /f\.yml:\d+:\d+|nobody/],
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

test('a file that is not there', () => expect(() => readYaml('/nowhere/f.yml')).toThrow('cannot be read'))
