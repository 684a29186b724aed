/** `xserve run deployment.yml`: the file's words, and those of the command line before them, each for whom it is. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArguments } from '../../lib/commands/arguments.ts'
import { isDeploymentFile, readDeploymentPlan } from '../../lib/commands/deployment-plan.ts'
import { run } from '../../lib/commands/run.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'xserve-deployment-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => path.join(folder, name)
writeFileSync(at('a.ts'), 'export class A {}')
writeFileSync(
  at('deployment.yml'),
  `!Deployment
with:
  name: own
  uses: a.ts
  uses_with: {a: 1, b: 1}
  port: [1000, 2000]
  protocol: [http, grpc]
  cors: true
  workspace: here
`,
)
const plan = (...options: string[]) => {
  const warnings: string[] = []
  const read = readDeploymentPlan(at('deployment.yml'), parseArguments(run, ['d.yml', ...options]), (warning) =>
    warnings.push(warning),
  )
  return { ...read, warnings, executor: read.deployments[0]! }
}

test('a Deployment is told from others', () => {
  writeFileSync(at('flow.yml'), 'executors: []')
  expect([isDeploymentFile(at('deployment.yml')), isDeploymentFile(at('flow.yml'))]).toEqual([true, false])
})

test('what the file says holds', () => {
  const { executor, gateway, warnings, files } = plan()
  expect(executor).toMatchObject({ name: 'own', usesWith: { a: 1, b: 1 }, workspace: at('here'), replicas: 1 })
  expect(gateway.listeners).toEqual([
    { protocol: 'http', port: 1000 },
    { protocol: 'grpc', port: 2000 },
  ])
  expect([gateway.http.cors, warnings, files]).toEqual([true, [], [at('deployment.yml')]])
})

test('the command line goes before it: options of the gateway for that, others for the executor', () => {
  const words = '--protocol websocket --port 3 --replicas 2 --workspace there --uses-with b=2 --title T --name other'
  const { executor, gateway } = plan(...words.split(' '), '--reload')
  expect(executor).toMatchObject({
    name: 'other',
    replicas: 2,
    usesWith: { a: 1, b: 2 },
    workspace: path.resolve('there'),
    reload: true,
    restart: true,
  })
  expect(gateway.listeners).toEqual([{ protocol: 'websocket', port: 3 }])
  expect(gateway.http).toMatchObject({ title: 'T', cors: true })
})

test('what is wrong is told with its place in the file, or the name of the option', () => {
  expect(() => plan('--shards', '2', '--uses-before', 'none.ts')).toThrow('--uses-before: there is no file none.ts')
  expect(() => plan('--executor', 'B')).toThrow('--executor chooses a class of a module, and this is a Deployment')
  writeFileSync(at('wrong.yml'), 'jtype: Deployment\nwith:\n  uses: a.ts\n  replica: 2\n')
  expect(() => readDeploymentPlan(at('wrong.yml'), parseArguments(run, ['d.yml']), () => {})).toThrow(
    /wrong\.yml:4:3 with\.replica: an executor has no option replica/,
  )
})
