/** Flows from plans, with real workers and real sockets. */
import { afterEach, describe, expect, test } from 'bun:test'
import { type RunningFlow, startFlow } from '../../lib/flow/supervisor.ts'
import { createLogger } from '../../lib/log.ts'
import { DEFAULT_DEPLOYMENT, DEFAULT_GATEWAY } from '../../lib/plan/defaults.ts'
import type { DeploymentPlan, FlowPlan, GatewayPlan, NodePlan, UsesPlan } from '../../lib/plan/plan.ts'
import { freePort } from '../client/grpc-server.ts'
import { caller, texts } from '../helpers/grpc.ts'
import { broken, COMMAND, fixture } from '../helpers/xserve.ts'

const HEALTH = '/grpc.health.v1.Health/Check'
const running: RunningFlow[] = []
afterEach(async () => {
  for (const flow of running.splice(0)) await flow.stop(5000)
})

const file = (name: string, className: string | null = null): UsesPlan => ({
  kind: 'module',
  modules: [fixture(name)],
  className,
  config: null,
})
type Part = Partial<DeploymentPlan> & Partial<NodePlan> & Pick<DeploymentPlan, 'name' | 'uses'>

/** Parts without `needs` stand behind the one before. */
function planOf(parts: readonly Part[], gateway: Partial<GatewayPlan> = {}): FlowPlan {
  const nodes = parts.map(({ name, needs, floating = false, noReduce = false }, index) => ({
    name,
    needs: needs ?? [parts[index - 1]?.name ?? 'gateway'],
    floating,
    when: null,
    noReduce,
  }))
  const needed = new Set(nodes.flatMap(({ needs }) => needs))
  return {
    name: null,
    gateway: { ...DEFAULT_GATEWAY, host: '127.0.0.1', ...gateway },
    deployments: parts.map((part) => ({ ...DEFAULT_DEPLOYMENT, ...part })),
    graph: {
      nodes,
      ends: nodes.filter(({ name, floating }) => !needed.has(name) && !floating).map(({ name }) => name),
    },
    files: [],
  }
}

interface Log {
  readonly lines: string[]
  /** Resolves with the first line that holds the text. */
  seen(text: string): Promise<string>
}

function collect(): Log & { write(line: string): void } {
  const lines: string[] = []
  const waiting = new Set<() => void>()
  return {
    lines,
    write(line) {
      lines.push(line)
      for (const look of waiting) look()
    },
    seen: (text) =>
      new Promise((resolve) => {
        const look = () => {
          const found = lines.find((line) => line.includes(text))
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
  }
}

async function start(plan: FlowPlan, role: 'gateway' | 'executor' = 'gateway', log = collect(), mayChange = false) {
  const flow = await startFlow(plan, {
    role,
    mayChange,
    version: '0',
    log: createLogger('gateway', { level: 'info', write: log.write }),
    stdout: log.write,
    stderr: log.write,
    command: COMMAND,
  })
  running.push(flow)
  return { flow, log, address: `127.0.0.1:${flow.listeners[0]!.port}` }
}

const isServing = async (address: string): Promise<boolean> => {
  using client = caller(address)
  const { bytes } = await client.raw(HEALTH, new Uint8Array(0))
  return bytes[1] === 1
}

describe('startFlow()', () => {
  test('executors one behind the other, each under its name', async () => {
    const { flow, address } = await start(
      planOf([
        { name: 'a', uses: file('signing.ts', 'Signing') },
        { name: 'pass', uses: { kind: 'pass' } },
        { name: 'b', uses: file('signing.ts', 'Signing'), replicas: 2 },
      ]),
    )
    using client = caller(address)
    const answer = await client.post('/', [{ text: 'x' }])
    expect(texts(answer)[0]).toMatch(/^x>a\/rep-0>b\/rep-[01]$/)
    expect(answer.plain.routes?.map(({ executor }) => executor)).toEqual(['gateway', 'a', 'pass', 'b'])
    expect(flow.endpoints).toEqual(expect.arrayContaining(['/default', '/who', '/never', '/wrong']))
    expect(await isServing(address)).toBe(true)
  })

  // Public case 86.
  test('the first failure is named, and nothing is left', async () => {
    const log = collect()
    const plan = planOf([
      { name: 'good', uses: file('signing.ts', 'Signing'), needs: ['gateway'] },
      {
        name: 'bad',
        uses: { kind: 'module', modules: [broken('missing-import.ts')], className: null, config: null },
        needs: ['gateway'],
      },
    ])
    await expect(start(plan, 'gateway', log)).rejects.toMatchObject({
      code: 'MODULE_FAILED',
      message: expect.stringMatching(/^bad: /),
    })
  })

  // Public case 32.
  test('a port in use ends the start at once, however long an executor takes', async () => {
    using taken = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    const plan = planOf([{ name: 'slow', uses: file('never-ready.ts') }], {
      listeners: [{ protocol: 'grpc', port: taken.port }],
    })
    const before = performance.now()
    await expect(start(plan)).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    expect(performance.now() - before).toBeLessThan(3000)
  })

  test('stop() lets calls under way finish, floating ones too, and runs close()', async () => {
    const log = collect()
    const { flow, address } = await start(
      planOf([
        { name: 'aside', uses: file('tells.ts'), needs: ['gateway'], floating: true },
        { name: 'main', uses: file('tells.ts'), needs: ['gateway'] },
      ]),
      'gateway',
      log,
    )
    using client = caller(address)
    const answer = client.post('/slow', [{}], { parameters: { ms: 150 } })
    const floating = client.post('/slow', [{}], { parameters: { ms: 1, aside__ms: 400 } })
    await floating
    running.pop()
    await flow.stop(10_000)
    expect(texts(await answer)).toEqual(['slow'])
    expect(log.lines.filter((line) => line.includes('closed')).length).toBe(2)
  })

  test('a change of the Flow reaches those who take it from there: merging of shards, the time limit of calls', async () => {
    const flowOf = (noReduce: boolean, timeoutSendMs: number | null) =>
      planOf(
        [
          { name: 'a', uses: file('signing.ts', 'Signing'), shards: 2, polling: 'all', noReduce },
          { name: 'alone', uses: file('tells.ts') },
        ],
        { timeoutSendMs },
      )
    const before = flowOf(false, null)
    const { flow, address } = await start(before, 'gateway', collect(), true)
    using client = caller(address)
    const signed = async () => texts(await client.post('/', [{ id: 'd' }]))
    expect(await signed()).toEqual(['>a/shard-0/rep-0'])
    expect(await flow.change(flowOf(true, null), 1000)).toMatchObject({ started: ['a'], replaced: [], fixed: [] })
    expect(await signed()).toEqual(['>a/shard-0/rep-0', '>a/shard-1/rep-0'])
    expect(await flow.change(flowOf(true, 50), 1000)).toMatchObject({ started: ['a', 'alone'], fixed: [] })
    expect(client.post('/waits', [{}])).rejects.toMatchObject({ code: 4 })
  })

  // Public case 106.
  test('a Flow is not ready before an executor elsewhere is there, and stays so when that one goes', async () => {
    const port = freePort()
    const uses: UsesPlan = { kind: 'external', addresses: [{ host: '127.0.0.1', port, tls: false }] }
    const { flow, log, address } = await start(
      planOf([
        { name: 'near', uses: file('signing.ts', 'Signing') },
        { name: 'far', uses },
      ]),
    )
    expect(await isServing(address)).toBe(false)
    const shared = planOf([{ name: 'executor0', uses: file('signing.ts', 'Signing') }], {
      listeners: [{ protocol: 'grpc', port }],
    })
    const other = (await start(shared, 'executor')).flow
    await flow.ready
    expect(await isServing(address)).toBe(true)
    using client = caller(address)
    expect(texts(await client.post('/', [{ text: 'x' }]))).toEqual(['x>near/rep-0>executor0/rep-0'])
    running.splice(running.indexOf(other), 1)
    await other.stop(1000)
    await log.seen('has gone')
    await expect(client.post('/', [{}])).rejects.toMatchObject({ code: 14, details: expect.stringMatching(/^far: /) })
    expect(await isServing(address)).toBe(true)
    await start(shared, 'executor')
    await log.seen('is back')
    expect(texts(await client.post('/', [{ text: 'y' }]))).toEqual(['y>near/rep-0>executor0/rep-0'])
  })
})
