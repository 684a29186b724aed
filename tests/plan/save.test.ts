// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables in YAML look like this
/** Flows written as YAML mean the same when they are read again, from whichever folder. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { fromProgram } from '../../lib/config/given.ts'
import { parseYaml } from '../../lib/config/yaml-file.ts'
import { loadFlow, planGiven } from '../../lib/plan/load.ts'
import type { FlowPlan } from '../../lib/plan/plan.ts'
import { flowYaml } from '../../lib/plan/save.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'xserve-save-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
for (const name of ['from/boxed', 'to/deep']) mkdirSync(path.join(folder, name), { recursive: true })
const from = path.join(folder, 'from')
const to = path.join(folder, 'to/deep')
writeFileSync(path.join(from, 'a.ts'), 'export class A {}')
writeFileSync(path.join(from, 'b.ts'), 'export class B {}')
writeFileSync(path.join(from, 'boxed/config.yml'), 'jtype: A\npy_modules: ../a.ts\nwith: {own: 1}\n')
writeFileSync(path.join(from, 'x.env'), 'X=1\n')
for (const name of ['c.pem', 'k.pem']) writeFileSync(path.join(from, name), '')

const meaning = ({ files: _, ...plan }: FlowPlan) => plan
const NONE = { env: {}, context: {} }

function saved(text: string) {
  const loaded = planGiven(parseYaml(text, path.join(from, 'flow.yml')), from, {
    env: { WORD: 'w' },
    context: { n: 2 },
  })
  const yaml = flowYaml(loaded, { from, to })
  const file = path.join(to, 'flow.yml')
  writeFileSync(file, yaml)
  return { yaml, before: meaning(loaded.plan), after: meaning(loadFlow(file, NONE).plan) }
}

describe('from another folder it is the same', () => {
  test.each([
    'executors: [{uses: a.ts}, {name: x, uses: "b.ts#B", uses_with: {a: "007", b: [1, {c: null}]}}]\n',
    'executors: [{uses: A, py_modules: [b.ts, a.ts]}]\n',
    'executors: [{uses: boxed}, {uses: boxed/config.yml, uses_with: {more: 1}}]\n',
    'executors: [{uses: {jtype: A, py_modules: a.ts, with: {x: 1}, metas: {name: m}, workspace: w}}]\n',
    'executors: [{uses: {jtype: A, metas: {py_modules: [a.ts], name: m}}}]\n',
    'executors:\n  - uses: |\n      jtype: A\n      py_modules: [a.ts]\n      with: {x: 1}\n',
    'executors: [{uses: "docker://acme/x:1", volumes: ["data:/data"], gpus: all}]\n',
    'executors: [{name: e, external: true, host: "h1,h2", port: [1, 2], tls: true, grpc_metadata: {k: 1}}]\n',
    'executors: [{uses: a.ts, uses_before: "b.ts#B", uses_after: boxed, shards: 2, polling: {/x: ALL, "*": any}}]\n',
    'executors: [{uses: a.ts, shards: 2, uses_before: {jtype: A, py_modules: a.ts, with: {w: 1}}, uses_after: BaseExecutor, timeout_send: -1, retries: -1}]\n',
    'gateway: {timeout_send: 9, workspace: w}\nexecutors: [{uses: a.ts}, {uses: a.ts, timeout_send: -1, retries: 0}]\n',
    'executors: [{name: a}, {name: b, needs: gateway, floating: true}, {name: c, when: {tags__x: {$lt: 5}}}, {name: j, method: needs_all}]\n',
    'executors: [{uses: a.ts, env: {K: 1}, env_file: x.env, workspace: ../kept, exit_on_exceptions: [X]}]\n',
    'executors: [{uses: a.ts, uses_dynamic_batching: {/a: {preferred_batch_size: 4, flush_all: true}}}]\n',
    'with: {port: [1, 2], protocol: [grpc, http], timeout_send: 5, env: {A: b}, monitoring: true}\nexecutors: [{uses: a.ts}]\n',
    'with: {port: 1, protocol: [grpc, http]}\nexecutors: [{uses: a.ts}]\n',
    'with: {workspace: w, retries: 3}\ngateway: {prefetch: 5, title: T, ssl_certfile: c.pem, ssl_keyfile: k.pem, ssl_ca_certs: c.pem}\nexecutors: [{uses: a.ts}]\n',
    'executors: [{uses: a.ts, uses_with: {w: "${{ ENV.WORD }}", n: "${{ CONTEXT.n }}", r: "${{ root.executors[0].uses }}"}}]\n',
    'jtype: Deployment\nwith: {uses: a.ts, port: 5, cors: true, replicas: 2, env: {A: b}}\n',
  ])('%j', (text) => {
    const { before, after } = saved(text)
    expect(after).toEqual(before)
  })
})

test('paths are told from the file; a Deployment stays one', () => {
  expect(saved('executors: [{name: e, uses: "a.ts#A", workspace: w}]\n').yaml).toBe(
    "jtype: Flow\nversion: '1'\nexecutors:\n  - name: e\n    uses: ../../from/a.ts#A\n    workspace: ../../from/w\n".replaceAll(
      "'1'",
      '"1"',
    ),
  )
  expect(saved('jtype: Deployment\nwith: {uses: a.ts}\n').yaml).toStartWith('jtype: Deployment\n')
})

test('whatever an executor is told comes back', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (usesWith) => {
      fc.pre(!JSON.stringify(usesWith).includes('$') && !JSON.stringify(usesWith).includes('__proto__'))
      const given = fromProgram({ executors: [{ name: 'a', uses: 'a.ts', usesWith }] })
      const loaded = planGiven(given, from, NONE)
      const again = planGiven(parseYaml(flowYaml(loaded, { from, to }), path.join(to, 'f.yml')), to, NONE)
      expect(meaning(again.plan)).toEqual(meaning(loaded.plan))
    }),
    { numRuns: 30 },
  )
})

test('a value that would be read as a variable is refused, not changed', () => {
  const given = fromProgram({ executors: [{ uses: 'a.ts', uses_with: { x: '${{ CONTEXT.y }}' } }] })
  const loaded = planGiven(given, from, { env: {}, context: { y: '$PATH' } })
  expect(() => flowYaml(loaded, { from, to })).toThrow('cannot be written as YAML')
})
