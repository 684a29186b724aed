// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables in YAML look like this
/** What users of such files ran into elsewhere: stray keys, typos, YAML's own surprises, values of the environment. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadFlow } from '../../lib/plan/load.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'xserve-cases-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => path.join(folder, name)
writeFileSync(at('a.ts'), 'export class A {}\n')

function load(text: string, env: Readonly<Record<string, string>> = {}) {
  writeFileSync(at('flow.yml'), text)
  return loadFlow(at('flow.yml'), { env, context: {} }).plan
}
const first = (item: string, env?: Readonly<Record<string, string>>) =>
  load(`executors:\n  - {uses: a.ts, ${item}}\n`, env).deployments[0]!

// Public case 33.
describe('an executor’s YAML that is none names its file and line', () => {
  test.each<[string, RegExp]>([
    ['invalidkey: hello\n', /exec\.yml:1:1 .*jtype is missing/],
    ['', /exec\.yml .*empty/],
    ['- a\n', /exec\.yml:1:1 .*described by keys/],
    ['5\n', /exec\.yml:1:1 .*described by keys/],
  ])('%j', (text, message) => {
    writeFileSync(at('exec.yml'), text)
    expect(() => load('executors: [{uses: exec.yml}]\n')).toThrow(message)
  })
})

test('a Flow of layers that all float is read at once, however many ways lead through it', () => {
  const layers = Array.from({ length: 40 }, (_, layer) =>
    ['a', 'b', 'c'].map((name) => {
      const needs = layer === 0 ? 'gateway' : `[a${layer - 1}, b${layer - 1}, c${layer - 1}]`
      return `  - {name: ${name}${layer}, uses: a.ts, floating: ${layer === 0}, needs: ${needs}}\n`
    }),
  ).flat()
  // Without keeping what is known of each, there are 3⁴⁰ ways to go back.
  const { graph } = load(`executors:\n  - {name: first, uses: a.ts}\n${layers.join('')}`)
  expect(graph.ends).toEqual(['first'])
})

// Public case 34.
test('typos are told with the nearest name', () => {
  const hints = (text: string): string => {
    try {
      load(text)
      return 'nothing'
    } catch (error) {
      const { problems } = (error as { details: { problems: { hint?: string }[] } }).details
      return problems.map(({ hint }) => hint).join('; ')
    }
  }
  expect(hints('executors: [{uses: a.ts, repilcas: 2}]\n')).toBe('did you mean replicas?')
  expect(hints('execturs: []\n')).toContain('did you mean executors?')
  expect(hints('executors: [{uses: a.ts, needs: gatway}]\n')).toBe('did you mean gateway?')
})

// Public case 51.
test('circles and names that nobody has are told at once, with their members and what may have been meant', () => {
  const wrong = (...needs: readonly (readonly [string, string])[]) =>
    `executors:\n${needs.map(([name, need]) => `  - {name: ${name}, uses: a.ts, needs: ${need}}\n`).join('')}`
  expect(() => load(wrong(['a', 'b'], ['b', 'c'], ['c', 'a']))).toThrow(/:2:27 .*a needs b needs c needs a/)
  expect(() => load(wrong(['e', 'e']))).toThrow(/:2:27 .*e needs e/)
  const unknown = () => load(wrong(['enc', 'gateway'], ['d', 'encc']))
  expect(unknown).toThrow(/:3:27 .*d needs encc, but no executor has that name/)
  const hint = 'did you mean enc?'
  expect(unknown).toThrow(expect.objectContaining({ details: expect.objectContaining({ hint }) }))
})

// Public case 35.
test('the Flow’s words go before those of an executor that stands in it', () => {
  const { deployments } = load(
    'executors: [{uses: {jtype: A, py_modules: a.ts, with: {x: 1}, metas: {name: n}}, uses_with: {x: 2}}]\n',
  )
  expect(deployments[0]).toMatchObject({ usesWith: { x: 2 }, usesMetas: { name: 'n' } })
})

// Public case 38.
test('settings of the gateway reach it from either place', () => {
  const settings = '{port: 9001, protocol: http, cors: true, title: T}'
  const [inWith, inGateway] = ['with', 'gateway'].map(
    (key) => load(`${key}: ${settings}\nexecutors: [{uses: a.ts}]\n`).gateway,
  )
  expect(inGateway).toEqual(inWith!)
  expect(inWith).toMatchObject({ listeners: [{ protocol: 'http', port: 9001 }], http: { cors: true, title: 'T' } })
})

// Public cases 39, 41.
describe('what is there twice is refused', () => {
  test.each<[string, RegExp]>([
    [
      'executors:\n  - {name: enc, uses: a.ts}\n  - {name: enc, uses: a.ts}\n',
      /:3:\d+ .*called enc: number 1 and number 2/,
    ],
    ['executors:\n  - {name: gateway, uses: a.ts}\n', /:2:\d+ .*gateway is the name of the request itself/],
    ['executors: []\nexecutors: []\n', /first on line 1, again on line 2/],
    ['with:\n  port: 1\n  port: 2\nexecutors: [{uses: a.ts}]\n', /first on line 2, again on line 3/],
    [
      'with: {protocol: [grpc, http], port: [8080, 8080]}\nexecutors: [{uses: a.ts, port: 8080}]\n',
      /port 8080 .*gateway/,
    ],
  ])('%j', (text, message) => expect(() => load(text)).toThrow(message))
})

// Public case 42.
test('words that other readers take for truth values, times and dates are texts', () => {
  const { usesWith } = first('uses_with: {country: NO, sw: on, ans: y, ver: 1.10, day: 2024-01-01, t: 12:30:45}')
  expect(usesWith).toEqual({ country: 'NO', sw: 'on', ans: 'y', ver: 1.1, day: '2024-01-01', t: '12:30:45' })
  expect(() => first('floating: NO')).toThrow('floating is true or false, not "NO"')
})

// Public case 45.
describe('ports', () => {
  const port = (text: string) => load(`with: {port: ${text}}\nexecutors: [{uses: a.ts}]\n`).gateway.listeners[0]!.port
  test.each(['08080', '0x1F90', "'8080'"])('%s is 8080', (text) => expect(port(text)).toBe(8080))
  test.each(['80.5', '70000', '-1', '22:22', 'true'])('%s is none', (text) => {
    expect(() => port(text)).toThrow(/:1:8 with\.port: port must be a whole number from 0 to 65535, not /)
  })
})

describe('values of the environment', () => {
  // Public case 46.
  test('arrive as they are, whatever they look like', () => {
    const env = { V1: '{"1": "2"}', V2: '{"1": "2"', V3: 'a: b #c', V4: '${{ ENV.V1 }}' }
    const given = 'a: "${{ ENV.V1 }}", b: "${{ ENV.V2 }}", c: "${{ ENV.V3 }}", d: "${{ ENV.V4 }}"'
    const wanted = { a: env.V1, b: env.V2, c: env.V3, d: env.V4 }
    expect(first(`uses_with: {${given}}, env: {${given}}`, env)).toMatchObject({ usesWith: wanted, env: wanted })
  })

  // Public case 47.
  test('may be numbers and truth values, and are told by name where they are not', () => {
    const item = 'replicas: "${{ ENV.N }}", floating: "${{ ENV.YES }}"'
    expect(load(`executors:\n  - {uses: a.ts}\n  - {uses: a.ts, ${item}}\n`, { N: '2', YES: 'true' })).toMatchObject({
      deployments: [{ replicas: 1 }, { replicas: 2 }],
      graph: { nodes: [{ floating: false }, { floating: true }] },
    })
    expect(() => first('replicas: "${{ ENV.N }}"', { N: 'two' })).toThrow(
      /:2:18 executors\[0\]\.replicas: replicas must be a whole number, not "two" \(written as \$\{\{ ENV\.N \}\}\)/,
    )
  })

  // Public case 110.
  test('for a process are texts as they are written; null is none, a list is refused', () => {
    const { env } = first('env: {A: 1, B: true, C: 1.10, D: null, E: \'yes\', G: 0o14, H: "${{ ENV.N }}"}', {
      N: '1.50',
    })
    expect(env).toEqual({ A: '1', B: 'true', C: '1.10', E: 'yes', G: '0o14', H: '1.50' })
    expect(() => first('env: {F: [1, 2]}')).toThrow(/:2:24 executors\[0\]\.env\.F: env: F is a text or a number/)
  })

  // Public case 50.
  test('that are not there are refused by name', () => {
    expect(() => first('uses_with: {x: "${{ ENV.NONE }}"}')).toThrow(
      /:2:30 executors\[0\]\.uses_with\.x: there is no \$\{\{ ENV\.NONE \}\}/,
    )
  })
})
