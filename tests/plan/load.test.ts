// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables in YAML look like this
/** Flow YAML as plans: every way to name an executor, who goes before whom, and what is told of what is wrong. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadFlow } from '../../lib/plan/load.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'xserve-load-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(path.join(folder, 'boxed'))
const at = (name: string) => path.join(folder, name)
writeFileSync(at('a.ts'), 'export class A {}')
writeFileSync(at('b.ts'), 'export class B {}')
writeFileSync(at('boxed/inside.ts'), 'export class Inside {}')
writeFileSync(
  at('boxed/config.yml'),
  'jtype: Inside\npy_modules: inside.ts\nwith: {own: 1, both: own}\nmetas: {name: boxy}\n',
)
writeFileSync(at('exec.yml'), 'jtype: A\npy_modules: [a.ts]\nrequests: {/x: foo}\n')

let count = 0
function load(text: string, variables = { env: {}, context: {} }) {
  const file = at(`flow${count++}.yml`)
  writeFileSync(file, text)
  return loadFlow(file, variables)
}
const flow = (items: string, head = '') => load(`jtype: Flow\n${head}executors:\n${items}`)
const usesOf = (item: string) => flow(`  - {name: e, ${item}}\n`).plan.deployments[0]!.uses

describe('uses', () => {
  test.each<[string, object]>([
    ['uses: a.ts', { kind: 'module', modules: [at('a.ts')], className: null, config: null }],
    ['uses: "a.ts#A"', { kind: 'module', className: 'A' }],
    ['uses: exec.yml', { kind: 'module', modules: [at('a.ts')], className: 'A', config: at('exec.yml') }],
    [
      'uses: boxed',
      { kind: 'module', modules: [at('boxed/inside.ts')], className: 'Inside', config: at('boxed/config.yml') },
    ],
    ['uses: B, py_modules: [a.ts, b.ts]', { kind: 'module', modules: [at('a.ts'), at('b.ts')], className: 'B' }],
    ['uses: {jtype: A, py_modules: a.ts}', { kind: 'module', modules: [at('a.ts')], className: 'A', config: null }],
    ['uses: "docker://acme/x:1"', { kind: 'image', image: 'acme/x:1' }],
    ['uses: "jinaai+docker://u/X"', { kind: 'image', image: 'u/X' }],
    ['needs: gateway', { kind: 'pass' }],
    ['external: true, host: h, port: 5', { kind: 'external', addresses: [{ host: 'h', port: 5, tls: false }] }],
  ])('%s', (item, uses) => expect(usesOf(item)).toMatchObject(uses))
})

test('the Flow’s words go before those of the executor’s own YAML', () => {
  const { plan } = flow('  - {name: e, uses: boxed, uses_with: {both: flow, more: 2}}\n')
  expect(plan.deployments[0]).toMatchObject({
    usesWith: { own: 1, both: 'flow', more: 2 },
    usesMetas: { name: 'boxy' },
  })
  expect(plan.files.map((file) => path.basename(file))).toEqual([expect.stringMatching(/^flow/), 'config.yml'])
})

describe('around shards', () => {
  const around = (item: string) => {
    const { plan, warnings } = flow(`  - {name: e, ${item}}\n`)
    return { plan: plan.deployments[0]!, told: warnings.map(({ message }) => message) }
  }

  test('an executor has what its own YAML says of it', () => {
    writeFileSync(at('before.yml'), 'jtype: A\npy_modules: a.ts\nwith: {w: 1}\nmetas: {name: m}\nrequests: {/x: y}\n')
    const after = '{jtype: B, py_modules: b.ts, with: {v: 2}, dynamic_batching: {/x: {preferred_batch_size: 3}}}'
    const { plan } = around(`uses: a.ts, shards: 2, uses_with: {own: 0}, uses_before: before.yml, uses_after: ${after}`)
    expect(plan.usesBefore).toEqual({
      kind: 'module',
      modules: [at('a.ts')],
      className: 'A',
      config: at('before.yml'),
      usesWith: { w: 1 },
      usesMetas: { name: 'm' },
      usesRequests: { '/x': 'y' },
    })
    expect(plan.usesAfter).toMatchObject({
      className: 'B',
      usesWith: { v: 2 },
      dynamicBatching: { '/x': { preferredBatchSize: 3, timeoutMs: 10_000, flushAll: false } },
    })
  })

  test('one that passes everything on is none', () => {
    const { plan, told } = around('uses: a.ts, shards: 2, uses_before: BaseExecutor')
    expect(plan.usesBefore).toBeNull()
    expect(told).toEqual([])
  })

  test.each([
    ['uses: a.ts', 'it stands around several shards'],
    ['shards: 2', 'without uses there are no shards'],
    ['external: true, host: h, port: 5, shards: 2', 'it runs elsewhere, and what stands around it, too'],
  ])('of no effect with %s', (item, why) => {
    expect(around(`${item}, uses_after: b.ts`).told).toEqual([`uses_after has no effect: ${why}`])
  })

  test('what is wrong with their YAML is told', () => {
    expect(() => around('uses: a.ts, shards: 2, uses_before: {jtype: A, py_modules: a.ts, with: {w: .inf}}')).toThrow(
      'Infinity does not reach the executor',
    )
  })
})

test('files of variables in an executor’s own YAML are its environment; the Flow’s words go before', () => {
  writeFileSync(at('boxed/own.env'), 'ONE=1\nTWO=2\nTHREE=3\n')
  writeFileSync(at('boxed/env.yml'), 'jtype: Inside\npy_modules: inside.ts\nenv_file: own.env\nenv: {TWO: own}\n')
  const { plan } = flow('  - {uses: boxed/env.yml, env: {THREE: flow}}\n')
  expect(plan.deployments[0]!.env).toEqual({ ONE: '1', TWO: 'own', THREE: 'flow' })
  expect(plan.files).toContain(at('boxed/own.env'))
})

test('shards and replicas together are no more processes than either may be', () => {
  expect(() => flow('  - {uses: a.ts, shards: 1000, replicas: 1000}\n')).toThrow(
    /executors\[0\].replicas: executor0 would be 1000000 processes: 1000 shards of 1000 replicas/,
  )
  expect(() => flow('  - {uses: a.ts, shards: 100, replicas: 10}\n')).not.toThrow()
})

test('an executor may have no limit where the Flow has one', () => {
  const { plan } = flow(
    '  - {uses: a.ts}\n  - {uses: a.ts, timeout_send: -1, retries: -1}\n',
    'gateway: {timeout_send: 5, retries: 0}\n',
  )
  expect(plan.deployments).toMatchObject([
    { timeoutSendMs: null, retries: null },
    { timeoutSendMs: -1, retries: -1 },
  ])
})

test('what no process takes is told before there is one', () => {
  expect(() =>
    flow(
      '  - {uses: a.ts, env: {"A=B": x, C: "y\\0"}}\n  - {external: true, host: h, port: 5, grpc_metadata: {"a b": c}}\n',
    ),
  ).toThrow(
    /^3 things are wrong[\s\S]*"A=B" cannot name a variable[\s\S]*"C" has a NUL[\s\S]*"a b" is no name of metadata/,
  )
})

test('all circles are told at once, beside names that nobody has', () => {
  expect(() =>
    flow(
      '  - {name: a, needs: b}\n  - {name: b, needs: a}\n  - {name: c, needs: c}\n  - {name: d, needs: [zz, e]}\n  - {name: e, needs: d}\n',
    ),
  ).toThrow(
    /^4 things are wrong[\s\S]*a needs b needs a\n[\s\S]*c needs c\n[\s\S]*d needs zz, but no executor[\s\S]*d needs e needs d/,
  )
})

test.each([
  ['""', 'uses is empty, which names no executor'],
  ['"docker://"', 'docker:// names no executor'],
  ['a'.repeat(5000), 'is neither a file nor a class of one'],
  [`${'a'.repeat(5000)}.ts`, 'there is no file'],
  ['"a\\0b.ts"', 'there is no file'],
  ['https://example.org/a.ts', 'https://example.org/a.ts names no executor'],
])('uses: %s is told of as what it is', (uses, message) => expect(() => flow(`  - uses: ${uses}\n`)).toThrow(message))

test('words of YAML 1.1 are told of where another reader takes them for truth values', () => {
  const { plan, warnings } = flow('  - {uses: a.ts, uses_with: {a: yes, b: "no", c: No, d: "${{ this.a }}"}}\n')
  expect(plan.deployments[0]!.usesWith).toEqual({ a: 'yes', b: 'no', c: 'No', d: 'yes' })
  expect(warnings.map(({ line, column, message }) => [line, column, message])).toEqual([
    [3, 30, 'yes is a text, as in YAML 1.2; Jina reads true'],
    [3, 47, 'No is a text, as in YAML 1.2; Jina reads false'],
  ])
  expect(() => flow('  - {uses: a.ts, floating: off}\n')).toThrow('floating is true or false, not "off"')
  expect(() => flow('  - {uses: a.ts, floating: constructor}\n')).toThrow(
    'floating is true or false, not "constructor"',
  )
})

test('secrets of the whole Flow are those of its executors, too; an executor’s own go before', () => {
  const secret = (key: string) => `{name: s, key: ${key}}`
  const head = `with:\n  env_from_secret: {A: ${secret('a')}, B: ${secret('b')}}\n  image_pull_secrets: [all]\n`
  const { plan } = flow(
    `  - {name: one, uses: a.ts}\n  - {name: two, uses: a.ts, env_from_secret: {B: ${secret('own')}}, image_pull_secrets: own}\n`,
    head,
  )
  const [one, two] = plan.deployments.map(({ options }) => options)
  const [a, b] = ['a', 'b'].map((key) => ({ name: 's', key }))
  expect(one).toEqual({ env_from_secret: { A: a, B: b }, image_pull_secrets: ['all'] })
  expect(two).toEqual({ env_from_secret: { A: a, B: { name: 's', key: 'own' } }, image_pull_secrets: ['own'] })
  expect(plan.gateway.options).toEqual(one!)
})

test('gateway, ports, defaults', () => {
  const { plan, warnings } = flow(
    '  - {uses: a.ts}\n',
    'with: {protocol: [http, grpc], port: [1234, 1235], timeout_send: 500, monitoring: true}\n',
  )
  expect(plan.gateway.listeners).toEqual([
    { protocol: 'http', port: 1234 },
    { protocol: 'grpc', port: 1235 },
  ])
  expect([plan.gateway.timeoutSendMs, plan.deployments[0]!.name]).toEqual([500, 'executor0'])
  expect(warnings).toEqual([
    expect.objectContaining({
      path: 'with.monitoring',
      line: 2,
      message: expect.stringMatching(/^monitoring .*later/),
    }),
  ])
})

test('what a Flow says of live change holds for its executors, unless they say otherwise', () => {
  const { plan } = flow('  - {uses: a.ts}\n  - {uses: b.ts, reload: false}\n', 'with: {reload: true, restart: true}\n')
  expect(plan.deployments.map(({ reload, restart }) => [reload, restart])).toEqual([
    [true, true],
    [false, true],
  ])
})

test('one port is for all protocols, a list has one for each', () => {
  const ports = (head: string) => flow('  - {uses: a.ts}\n', `with: {protocol: [grpc, http], ${head}}\n`).plan.gateway
  expect(ports('port: 1234').listeners.map(({ port }) => port)).toEqual([1234, 1234])
  expect(() => ports('port: [1234]')).toThrow(
    /:2:32 with\.port: a list has a port for each protocol: grpc, http on 1234/,
  )
})

test('a gateway of one’s own wants HTTP', () => {
  const own = 'with: {uses: a.ts, protocol: [grpc, http]}\n'
  expect(flow('  - {uses: a.ts}\n', own).plan.gateway.uses).toMatchObject({ kind: 'module', modules: [at('a.ts')] })
  expect(() => flow('  - {uses: a.ts}\n', 'gateway: {uses: a.ts}\n')).toThrow(
    /:2:11 gateway\.uses: a gateway of your own answers HTTP/,
  )
})

test('options that only others can use are kept', () => {
  expect(flow('  - {uses: a.ts, gpus: all, replicas: 2}\n').plan.deployments[0]!.options).toEqual({ gpus: 'all' })
})

test('variables, the executor’s own environment among them', () => {
  const { plan } = load(
    'jtype: Flow\nexecutors:\n  - {uses: a.ts, uses_with: {x: "${{ ENV.X }}", y: "${{ CONTEXT.y }}"}}\n',
    {
      env: { X: '5' },
      context: { y: [1] },
    } as never,
  )
  expect(plan.deployments[0]!.usesWith).toEqual({ x: 5, y: [1] })
})

describe('what is wrong is told with its place', () => {
  test.each([
    ['jtype: Flow\nexcutors: []\n', /:2:1 excutors: a Flow has no excutors/],
    ['jtype: Flow\n', /:1:1 executors: the Flow has no executors/],
    ['executors:\n  - 5\n', /:2:5 executors\[0\]: /],
    ['executors:\n  - uses: none.ts\n', /:2:5 executors\[0\]\.uses: there is no file none\.ts/],
    ['executors:\n  - uses: none.yml\n', /:2:5 executors\[0\]\.uses: there is no file none\.yml/],
    ['executors:\n  - {uses: a.ts, replcas: 2}\n', /:2:18 executors\[0\]\.replcas: an executor has no option replcas/],
    ['executors:\n  - {uses: a.ts, replicas: x}\n', /replicas must be a whole number/],
    [
      'executors:\n  - {name: a, uses: a.ts}\n  - {name: b, uses: a.ts, needs: c}\n',
      /:3:27 executors\[1\]\.needs: b needs c, but no executor has that name/,
    ],
    ['executors:\n  - {name: a, uses: a.ts}\n  - {name: a, uses: a.ts}\n', /called a/],
    [
      'executors:\n  - {name: a, uses: a.ts}\n  - {name: a, uses: a.ts}\n  - {name: b, uses: a.ts, needs: zzz}\n',
      /\(there are a, gateway\)/,
    ],
    // Once: a port that cannot be is not missing as well.
    ['executors:\n  - {name: a, external: true, port: 70000}\n', /^[^\n]*:2:31 executors\[0\]\.port: [^\n]*$/],
    ['executors:\n  - {name: a, uses: a.ts, needs: b}\n  - {name: b, uses: a.ts, needs: a}\n', /wait for each other/],
    ['executors:\n  - {uses: a.ts, when: {tags__x: {$foo: 1}}}\n', /foo/],
    ['executors:\n  - {uses: a.ts, uses_with: "{bad"}\n', /uses_with: .*is no JSON/],
    ['executors:\n  - {uses: Nobody}\n', /Nobody/],
    ['executors:\n  - {uses: {jtype: A}}\n', /which file is A in/],
    ['executors:\n  - {uses: a.ts, method: inspect}\n', /method cannot be "inspect"/],
    ['executors:\n  - {uses: a.ts}\nwith: {prot: 5}\n', /prot/],
    ['- a\n', /a Flow is described by keys/],
  ])('%j', (text, message) => expect(() => load(text)).toThrow(message))
})
