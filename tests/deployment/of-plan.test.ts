import { afterEach, expect, test } from 'bun:test'
import type { Deployment } from '../../lib/deployment/deployment.ts'
import { deploymentOf } from '../../lib/deployment/of-plan.ts'
import { decodeData } from '../../lib/document/data-content.ts'
import { createLogger } from '../../lib/log.ts'
import { DEFAULT_DEPLOYMENT } from '../../lib/plan/defaults.ts'
import type { DeploymentPlan, UsesPlan } from '../../lib/plan/plan.ts'
import { decodeStruct } from '../../lib/protobuf/struct.ts'
import { detachedContext } from '../../lib/wire/call.ts'
import type { Envelope } from '../../lib/wire/envelope.ts'
import { decodeStatus } from '../../lib/wire/status.ts'
import { COMMAND, fixture } from '../helpers/xserve.ts'
import { requestOf } from '../topology/trace.ts'

const module = (className: string | null, ...modules: string[]): UsesPlan => ({
  kind: 'module',
  modules: modules.length > 0 ? modules : [fixture('signing.ts')],
  className,
  config: null,
})

const PLAN: DeploymentPlan = {
  ...DEFAULT_DEPLOYMENT,
  name: 'a',
  uses: module('Signing'),
  timeoutReadyMs: 30_000,
}

const open: Deployment[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop(1000)
})

async function start(more: Partial<DeploymentPlan>, noReduce = false) {
  const lines: string[] = []
  const waits: { text: string; found: () => void }[] = []
  const write = (line: string): void => {
    lines.push(line)
    for (const { text, found } of waits) if (line.includes(text)) found()
  }
  const log = createLogger('test', { level: 'info', write })
  /** Resolves with the next line of the log that has the text. */
  const seen = (text: string) => new Promise<void>((found) => waits.push({ text, found }))
  const quiet = () => {}
  const options = { log, stdout: quiet, stderr: quiet, command: COMMAND }
  const deployment = deploymentOf({ ...PLAN, ...more }, options, noReduce ? 'append' : 'join')
  open.push(deployment)
  await deployment.start()
  const call = (on = '/', rows: Record<string, unknown>[] = [{ id: 'd' }]) =>
    deployment.call(requestOf({ on, docs: rows }), detachedContext())
  return { deployment, call, lines, seen }
}

const textsOf = (answer: Envelope) => decodeData(answer.data).map((one) => one.text)

test('one shard: uses_before and uses_after have no effect', async () => {
  const { call } = await start({ usesBefore: module('Signing'), usesAfter: module('Signing') })
  expect(textsOf(await call())).toEqual(['>a/rep-0'])
})

test('executors stand before and behind all shards; the one behind gets each shard’s documents apart', async () => {
  const around = { usesBefore: module('Signing'), usesAfter: module('Signing') }
  const { call } = await start({ ...around, shards: 2, polling: 'all' })
  const answer = await call()
  const end = '>a/uses_after-0/rep-0'
  expect(textsOf(answer)).toEqual([0, 1].map((n) => `>a/uses_before-0/rep-0>a/shard-${n}/rep-0${end}`))
  expect(decodeData(answer.data).at(0)!.tags).toEqual({ branches: 'a/shard-0,a/shard-1' })
  const results = decodeStruct((await call('/who')).parameters).__results__ as object
  expect(Object.keys(results).sort()).toEqual([
    'a/shard-0/rep-0',
    'a/shard-1/rep-0',
    'a/uses_after-0/rep-0',
    'a/uses_before-0/rep-0',
  ])
})

test('those around get what their own YAML says, and nothing of the shards’', async () => {
  const usesBefore = { ...module('Kitchen', fixture('kitchen.ts')), usesRequests: { '/mine': 'hello' } }
  const { call } = await start({ usesBefore, shards: 2, usesRequests: { '/mine': 'sign' } })
  expect(textsOf(await call('/mine'))).toEqual([expect.stringMatching(/^hello>a\/shard-/)])
})

test('where those around have no such endpoint, the shards’ documents are joined as if they were not there', async () => {
  const { call } = await start({ usesAfter: module('Named'), shards: 2, polling: 'all' })
  expect(textsOf(await call())).toEqual(['>a/shard-0/rep-0'])
})

test('no_reduce: the documents of all shards, shard by shard', async () => {
  const { call } = await start({ shards: 2, polling: { '/': 'all' } }, true)
  expect(textsOf(await call())).toEqual(['>a/shard-0/rep-0', '>a/shard-1/rep-0'])
  expect(textsOf(await call('/other'))).toHaveLength(1)
})

// Public case 61.
test.each([
  ['any', 1, 1, 20],
  ['any', 2, 2, 20],
  ['all', 1, 2, 20],
  ['all', 2, 1, 40],
  ['all', 3, 2, 60],
] as const)(
  'polling %s over %i shards of %i replicas: of 20 documents come %i',
  async (polling, shards, replicas, count) => {
    const { call } = await start({ polling, shards, replicas }, true)
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => call('/x', [{ id: `${n}a` }, { id: `${n}b` }])),
    )
    const all = answers.flatMap(textsOf)
    expect(all).toHaveLength(count)
    expect(new Set(all).size).toBe(shards * replicas)
  },
)

// Public case 62.
test('one shard of several fails: the operator is told; all fail: the caller is', async () => {
  const { call, lines } = await start({ shards: 2, polling: 'all', usesWith: { failing: [1] } })
  expect(textsOf(await call())).toEqual(['>a/shard-0/rep-0'])
  expect(lines.join()).toContain('1 shards out of 2 failed')
  expect(decodeStatus((await call('/wrong')).status).exception?.name).toBe('ValueError')
})

test('a call that comes before the worker is ready waits for it, whatever its endpoint', async () => {
  const options = {
    log: createLogger('test', { level: 'error' }),
    stdout: () => {},
    stderr: () => {},
    command: COMMAND,
  }
  const deployment = deploymentOf({ ...PLAN, uses: module('Named') }, options)
  open.push(deployment)
  const started = deployment.start()
  expect(deployment.has('/unknown')).toBe(true)
  const early = deployment.call(requestOf({ on: '/named', docs: [{ id: 'd' }] }), detachedContext())
  await started
  expect(textsOf(await early)).toEqual(['>a/rep-0'])
  expect(deployment.has('/unknown')).toBe(false)
})

// Public case 88.
test('timeout_send ends a call here and in the executor, which serves on', async () => {
  const { call } = await start({ timeoutSendMs: 500 })
  expect(await call('/never').catch((error) => error)).toMatchObject({
    code: 'DEADLINE',
    message: 'a has not answered within its timeout_send, 500 ms',
  })
  expect(textsOf(await call())).toEqual(['>a/rep-0'])
})

test('the class is looked for in several modules, in their order', async () => {
  const { deployment } = await start({ uses: module('Named', fixture('my_executor.ts'), fixture('signing.ts')) })
  expect([deployment.className, deployment.has('/named'), deployment.has('/')]).toEqual(['Named', true, false])
  const missing = start({ uses: module('Nobody', fixture('my_executor.ts'), fixture('signing.ts')) })
  expect(missing).rejects.toMatchObject({ code: 'NO_EXECUTOR', message: expect.stringContaining('my_executor.ts') })
  await missing.catch(() => {})
})

test('what does not run in workers is refused here', () => {
  const uses: UsesPlan = { kind: 'external', addresses: [] }
  expect(() => deploymentOf({ ...PLAN, uses }, {} as never)).toThrow('a has no module to run in a worker (external)')
})

test('documents of several calls go to a batched method together; what is given goes before the class', async () => {
  const four = await start({})
  const both = await Promise.all([
    four.call('/batched', [{ id: 'a' }, { id: 'b' }]),
    four.call('/batched', [{ id: 'c' }, { id: 'd' }]),
  ])
  expect(both.map(textsOf)).toEqual([
    ['4', '4'],
    ['4', '4'],
  ])
  const two = { preferredBatchSize: 2, timeoutMs: 10_000, flushAll: false }
  const { call } = await start({ dynamicBatching: { batched: two } })
  expect(textsOf(await call('/batched', [{ id: 'a' }, { id: 'b' }]))).toEqual(['2', '2'])
})

test('a drain does not wait for a batch to fill', async () => {
  const { call, deployment } = await start({})
  const waiting = call('/batched')
  // The worker takes messages in their order, so the call is in the queue by the time this is answered.
  await call('/who')
  const stopped = deployment.stop(5000)
  expect(textsOf(await waiting)).toEqual(['1'])
  await stopped
})

test('an exception of exit_on_exceptions is answered, then the process is replaced', async () => {
  const { call, lines, seen } = await start({ exitOnExceptions: ['ValueError'] })
  const pidOf = async () => JSON.stringify(decodeStruct((await call('/who')).parameters))
  const before = await pidOf()
  const again = seen('started again')
  expect(decodeStatus((await call('/wrong')).status).exception?.name).toBe('ValueError')
  await again
  expect(await pidOf()).not.toBe(before)
  expect(lines.join()).toContain('exiting because of exit_on_exceptions: ValueError')
})
