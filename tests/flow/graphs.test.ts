/** Graphs of executors in worker processes, behind a gateway, called over the network. */
import { afterEach, expect, test } from 'bun:test'
import { type RunningFlow, startFlow } from '../../lib/flow/supervisor.ts'
import { createLogger } from '../../lib/log.ts'
import { DEFAULT_DEPLOYMENT, DEFAULT_GATEWAY } from '../../lib/plan/defaults.ts'
import type { DeploymentPlan, FlowPlan, NodePlan } from '../../lib/plan/plan.ts'
import { type Caller, caller, texts } from '../helpers/grpc.ts'
import { streamDoc } from '../helpers/stream-doc.ts'
import { COMMAND, fixture } from '../helpers/xserve.ts'
import { graphOf, nodePlan } from '../topology/trace.ts'

interface Part extends Partial<NodePlan> {
  /** File of the executor; null passes on. */
  readonly file?: string | null
  readonly className?: string
  readonly deployment?: Partial<DeploymentPlan>
}

const open: { flow: RunningFlow; call: Caller }[] = []
afterEach(async () => {
  for (const { flow, call } of open.splice(0)) {
    call[Symbol.dispose]()
    await flow.stop(1000)
  }
})

async function start(parts: Readonly<Record<string, readonly [readonly string[], Part?]>>, lines: string[] = []) {
  const nodes = Object.entries(parts).map(
    ([name, [needs, { file: _, deployment: __, className: ___, ...node } = {}]]) => nodePlan(name, needs, node),
  )
  const deployments = Object.entries(parts).map(
    ([name, [, { file = 'signing.ts', className = null, deployment } = {}]]) => ({
      ...DEFAULT_DEPLOYMENT,
      ...deployment,
      name,
      uses:
        file === null
          ? ({ kind: 'pass' } as const)
          : { kind: 'module' as const, modules: [fixture(file)], className, config: null },
    }),
  )
  const gateway = { ...DEFAULT_GATEWAY, host: '127.0.0.1' }
  const plan: FlowPlan = { name: null, gateway, deployments, graph: graphOf(...nodes), files: [] }
  const log = createLogger('test', { level: 'info', write: (line) => lines.push(line) })
  const quiet = () => {}
  const flow = await startFlow(plan, {
    role: 'gateway',
    version: 'test',
    log,
    stdout: quiet,
    stderr: quiet,
    command: COMMAND,
  })
  const call = caller(`127.0.0.1:${flow.listeners[0]!.port}`)
  open.push({ flow, call })
  return { flow, call }
}

const one = [{ id: 'd', text: 'x' }]
const DEFAULT_CLASS = { className: 'Signing' }

test('branches, a join by id, a join side by side, and a node without a process', async () => {
  const { call } = await start({
    a: [['gateway'], DEFAULT_CLASS],
    b: [['gateway'], DEFAULT_CLASS],
    pass: [['b', 'a'], { file: null }],
    m: [['pass', 'a'], { ...DEFAULT_CLASS, noReduce: true }],
  })
  const { plain } = await call.post('/', one)
  const docs = plain.data!.docs!.docs!
  expect(docs.map((doc) => doc.text)).toEqual(['x>b/rep-0>m/rep-0', 'x>a/rep-0>m/rep-0'])
  expect(JSON.stringify(docs[0]!.tags)).toContain('pass,a')
  expect(plain.routes!.map((route) => route.executor)).toEqual(['gateway', 'a', 'b', 'pass', 'm'])
})

test('conditions, executors without the endpoint, and the order of the request', async () => {
  const { call } = await start({
    odd: [['gateway'], { ...DEFAULT_CLASS, when: { tags__odd: { $eq: 1 } } }],
    even: [['gateway'], { ...DEFAULT_CLASS, when: { tags__odd: { $neq: 1 } } }],
    named: [['even', 'odd'], { className: 'Named' }],
  })
  const docs = [1, 2, 3].map((n) => ({
    id: `d${n}`,
    text: 'x',
    tags: { fields: { odd: { number_value: n % 2 } } },
  }))
  expect(texts(await call.post('/', docs))).toEqual(['x>odd/rep-0', 'x>even/rep-0', 'x>odd/rep-0'])
  expect(texts(await call.post('/named', docs.slice(0, 1)))).toEqual(['x>odd/rep-0>named/rep-0'])
})

test('a floating executor is not waited for by the answer, but by the end; its failure is told', async () => {
  const lines: string[] = []
  const { flow, call } = await start(
    {
      a: [['gateway'], DEFAULT_CLASS],
      f: [['gateway'], { ...DEFAULT_CLASS, floating: true, deployment: { usesWith: { failing: [0] } } }],
    },
    lines,
  )
  expect(texts(await call.post('/', one))).toEqual(['x>a/rep-0'])
  await flow.stop(5000)
  expect(lines.join()).toContain('f is floating and failed, which no caller is told: ValueError')
})

test('a worker that dies in one branch ends the call with its name; the next call is served', async () => {
  const { call } = await start({
    a: [['gateway'], { file: 'trouble.ts' }],
    b: [['gateway'], DEFAULT_CLASS],
    m: [['a', 'b'], DEFAULT_CLASS],
  })
  const failed = await call.post('/exit', one).catch((error) => error)
  expect([failed.code, failed.details]).toEqual([14, expect.stringContaining('a/rep-0')])
  expect((await call.post('/', one)).plain.header.status?.code ?? 0).toBe(0)
})

test('documents of a streaming executor go through those behind it one by one', async () => {
  const { call } = await start({
    a: [['gateway'], DEFAULT_CLASS],
    s: [['a'], { file: 'streaming.ts' }],
    z: [['s'], DEFAULT_CLASS],
  })
  const { texts: got } = await streamDoc(call.client, '/count', { id: 'd', text: 'x' })
  expect(got).toEqual([0, 1, 2].map((n) => `x>a/rep-0 ${n}>z/rep-0`))
})

test('while one replica is being replaced, the other has all the calls', async () => {
  const { call } = await start({ a: [['gateway'], { file: 'trouble.ts', deployment: { replicas: 2 } }] })
  for (let round = 0; round < 3; round++) {
    expect((await call.post('/exit', one).catch((error) => error)).code).toBe(14)
    const others = await Promise.all(Array.from({ length: 20 }, () => call.post('/', one)))
    expect(others.map((answer) => texts(answer))).toEqual(Array.from({ length: 20 }, () => ['hello']))
  }
})
