/** One executor as a plan: by its module, its YAML, its folder, its image. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sentence } from '../../lib/config/problems.ts'
import type { ExecutorSpec } from '../../lib/plan/flow-spec.ts'
import { type ExecutorPlanOptions, planExecutor } from '../../lib/plan/plan-executor.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'xserve-one-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => path.join(folder, name)
mkdirSync(at('boxed'))
writeFileSync(at('a.ts'), 'export class A {}')
writeFileSync(at('boxed/config.yml'), 'jtype: A\npy_modules: ../a.ts\nwith: {x: 1, y: "$Y"}\nworkspace: kept\n')

const plan = (given: string, spec: ExecutorSpec = {}, more: Partial<ExecutorPlanOptions> = {}) =>
  planExecutor(given, { folder, spec, gateway: {}, ...more })

describe('what is served', () => {
  test.each<[string, object]>([
    ['a.ts', { kind: 'module', modules: [at('a.ts')], className: null, config: null }],
    ['a.ts#A', { kind: 'module', modules: [at('a.ts')], className: 'A' }],
    ['boxed', { kind: 'module', modules: [at('a.ts')], className: 'A', config: at('boxed/config.yml') }],
    ['boxed/config.yml', { kind: 'module', className: 'A' }],
    ['docker://acme/x:1', { kind: 'image', image: 'acme/x:1' }],
  ])('%s', async (given, uses) => {
    const { deployments, graph } = await plan(given)
    expect(deployments).toHaveLength(1)
    expect(deployments[0]).toMatchObject({ name: 'executor0', uses })
    expect(graph.ends).toEqual(['executor0'])
  })
})

test('the command line goes before the YAML, whose paths are its own', async () => {
  const { deployments, files } = await plan('boxed', { usesWith: { x: 2 }, replicas: 3 })
  expect(deployments[0]).toMatchObject({
    usesWith: { x: 2, y: process.env.Y ?? '$Y' },
    replicas: 3,
    workspace: at('boxed/kept'),
  })
  expect(files).toEqual([at('boxed/config.yml')])
})

test('options of the gateway are those given', async () => {
  const { gateway } = await plan('a.ts', {}, { gateway: { host: '127.0.0.1' } })
  expect(gateway).toMatchObject({ host: '127.0.0.1', prefetch: 1000 })
})

test('what is wrong is told by the option’s name, all at once', async () => {
  const spec = { replicas: 0, usesWith: 5 } as unknown as ExecutorSpec
  await expect(plan('a.ts', spec)).rejects.toThrow(/--replicas: .*\n.*--uses-with: /)
  await expect(plan('none.ts')).rejects.toThrow('there is no file none.ts')
})

test('a Flow or a Deployment is not taken for an executor', async () => {
  writeFileSync(at('flow.yml'), 'executors: [{uses: a.ts}]\n')
  writeFileSync(at('deployment.yml'), 'jtype: Deployment\nwith: {uses: a.ts}\n')
  await expect(plan('flow.yml')).rejects.toMatchObject({
    message: expect.stringContaining('flow.yml:1:1 jtype: this is a Flow, no executor'),
    details: { hint: 'xserve flow serves it' },
  })
  await expect(plan('deployment.yml')).rejects.toMatchObject({
    message: expect.stringMatching(/deployment\.yml:1:1 jtype: this is a Deployment/),
    details: { hint: 'xserve run serves it' },
  })
})

test('a folder without its YAML is told as it was given, not as an option', async () => {
  await expect(plan('.')).rejects.toThrow(/^\. is a folder without a config\.yml$/)
})

test('what has no effect is told', async () => {
  const warnings: string[] = []
  const spec = { installRequirements: true } as ExecutorSpec
  await plan('a.ts', spec, { warn: (warning) => warnings.push(sentence(warning)) })
  expect(warnings).toEqual([expect.stringMatching(/^--install-requirements: .* no effect: it is about Python$/)])
})
