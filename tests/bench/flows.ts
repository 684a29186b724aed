/**
 * Whole Flows by the binary: what an executor more costs, branches side by side, replicas, the start of many; and the same
 * Flow by Jina 3.14 in the same run where it is installed (XSERVE_BENCH_JINA names its `jina`).
 */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '../helpers/free-port.ts'
import type { Scale } from './compare.ts'
import { loadUnary } from './h2load.ts'
import { childrenOf, cpuMicros, median } from './machine.ts'
import { atLeast, atMost, type Measure, measure } from './report.ts'
import { BINARY, EXECUTOR } from './servers.ts'
import type { Requests } from './throughput.ts'

const JINA =
  process.env.XSERVE_BENCH_JINA ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'xserve-interop/v1/bin/jina')
const MODULE = path.resolve(EXECUTOR)
/** Spends this long on the processor for each request: what replicas are for. */
const BUSY_US = 500

interface Running {
  readonly address: string
  readonly pid: number
  readonly readyMs: number
  stop(): Promise<void>
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

/** Executors of a YAML as text, `uses` and all. */
const chain = (length: number, uses = MODULE): string =>
  Array.from({ length }, (_, i) => `  - {name: e${i}, uses: ${uses}}`).join('\n')
const fanOut = (width: number): string =>
  [
    ...Array.from({ length: width }, (_, i) => `  - {name: e${i}, uses: ${MODULE}, needs: gateway}`),
    `  - {name: join, needs: [${Array.from({ length: width }, (_, i) => `e${i}`).join(', ')}]}`,
  ].join('\n')

async function serveFlow(folder: string, executors: string): Promise<Running> {
  const file = path.join(folder, `flow-${Bun.hash(executors).toString(36)}.yml`)
  const portFile = `${file}.port`
  writeFileSync(file, `jtype: Flow\nexecutors:\n${executors}\n`)
  rmSync(portFile, { force: true })
  const began = performance.now()
  const child = Bun.spawn([BINARY, 'flow', file, '--port', '0', '--port-file', portFile, '--quiet'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  while (!existsSync(portFile)) {
    if (child.exitCode !== null) throw new Error(`${BINARY} flow ended with ${child.exitCode}`)
    if (performance.now() - began > 30_000) throw new Error(`${BINARY} flow was not ready within 30 s`)
    await Bun.sleep(0.5)
  }
  const readyMs = performance.now() - began
  return { address: (await Bun.file(portFile).text()).split('\n')[0]!, pid: child.pid, readyMs, stop: ender(child) }
}

const ender = (child: Bun.Subprocess) => async (): Promise<void> => {
  child.kill('SIGTERM')
  await child.exited
}

/** The same chain by Jina: executors that append a mark, as fixtures/executors/bench.ts does. */
async function serveJina(folder: string, length: number): Promise<Running> {
  writeFileSync(
    path.join(folder, 'bench_executor.py'),
    'from jina import Executor, requests\n\n\nclass Bench(Executor):\n    @requests\n    def mark(self, docs, **kwargs):\n        for doc in docs:\n            doc.text += "!"\n',
  )
  const executors = Array.from({ length }, (_, i) => `  - {name: e${i}, uses: Bench, py_modules: [bench_executor.py]}`)
  const port = freePort()
  const file = path.join(folder, `jina-${length}.yml`)
  writeFileSync(file, `jtype: Flow\nwith: {port: ${port}}\nexecutors:\n${executors.join('\n')}\n`)
  const began = performance.now()
  const child = Bun.spawn([JINA, 'flow', '--uses', file], {
    stdio: ['ignore', 'ignore', 'ignore'],
    cwd: folder,
    detached: true,
    env: { ...process.env, JINA_LOG_LEVEL: 'ERROR', JINA_OPTOUT_TELEMETRY: '1', NO_VERSION_CHECK: '1' },
  })
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`jina flow ended with ${child.exitCode}`)
    if (performance.now() - began > 120_000) throw new Error('jina flow was not ready within 120 s')
    await Bun.sleep(20)
  }
  const stop = async (): Promise<void> => {
    await ender(child)()
    // It leaves processes of its executors behind, which are all of its group that there still are.
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // None.
    }
  }
  return { address: `127.0.0.1:${port}`, pid: child.pid, readyMs: performance.now() - began, stop }
}

/** Requests a second with 64 under way, the median of some rounds. */
async function rateOf(address: string, frame: string, requests: number, rounds: number): Promise<number> {
  const load = { connections: 4, streams: 16 }
  await loadUnary(address, frame, { ...load, requests: Math.ceil(requests / 4) })
  const found: number[] = []
  for (let round = 0; round < rounds; round++)
    found.push(requests / (await loadUnary(address, frame, { ...load, requests })))
  return median(found)
}

/** Milliseconds of one request with nothing else under way. */
async function latencyOf(address: string, frame: string, requests: number): Promise<number> {
  const load = { connections: 1, streams: 1 }
  await loadUnary(address, frame, { ...load, requests: Math.ceil(requests / 4) })
  return ((await loadUnary(address, frame, { ...load, requests })) / requests) * 1000
}

/** Microseconds of CPU that the gateway spends on a request, once all that is made at first is there. */
async function gatewayCpu(
  { address, pid }: Running,
  frame: string,
  requests: number,
  pace?: number,
): Promise<{ readonly cpu: number; readonly rate: number }> {
  const load = { connections: 4, streams: 4, ...(pace === undefined ? {} : { pace: pace / 4 }) }
  await loadUnary(address, frame, { ...load, requests: Math.ceil(requests / 4) })
  const before = cpuMicros(pid)
  const seconds = await loadUnary(address, frame, { ...load, requests })
  return { cpu: (cpuMicros(pid) - before) / requests, rate: requests / seconds }
}

async function during<T>(starting: Promise<Running>, measured: (flow: Running) => Promise<T>): Promise<T> {
  const flow = await starting
  try {
    return await measured(flow)
  } finally {
    await flow.stop()
  }
}

async function measureChains(folder: string, requests: Requests, scale: Scale): Promise<Measure[]> {
  const { text, tensor } = requests
  const count = Math.ceil(scale.requests / 4)
  const few = Math.max(50, Math.ceil(scale.requests / 300))
  const found = new Map<number, { rate: number; ms: number; cpu: number; largeCpu: number; pacedCpu: number }>()
  for (const length of [1, 2, 4, 8]) {
    found.set(
      length,
      await during(serveFlow(folder, chain(length)), async (flow) => {
        const rate = await rateOf(flow.address, text.frame, Math.ceil(count / length), scale.rounds)
        const ms = await latencyOf(flow.address, text.frame, Math.ceil(count / 10))
        const { cpu } = await gatewayCpu(flow, text.frame, count)
        const large = await gatewayCpu(flow, tensor.frame, few)
        // Who is called seldom is woken for each call: that is no matter of size.
        const paced = await gatewayCpu(flow, text.frame, few, large.rate)
        return { rate, ms, cpu, largeCpu: large.cpu, pacedCpu: paced.cpu }
      }),
    )
  }
  const [one, two, eight] = [found.get(1)!, found.get(2)!, found.get(8)!]
  // A Flow of one executor takes a shorter way.
  const largeStage = (eight.largeCpu - two.largeCpu) / 6
  const pacedStage = (eight.pacedCpu - two.pacedCpu) / 6
  return [
    ...[...found].map(([length, { rate }]) =>
      measure(`flow.chain${length}.rate`, `Flow of ${length} in a row, 64 under way`, rate, 'req/s'),
    ),
    measure('flow.stage.latency', 'Flow: latency of each executor more', ((eight.ms - one.ms) / 7) * 1000, 'µs'),
    measure('flow.stage.cpu', 'Flow: CPU of the gateway for each executor more', (eight.cpu - one.cpu) / 7, 'µs/req'),
    measure('flow.stage.cpu.large', 'Flow: the same, 1 MiB changed by each', largeStage, 'µs/req'),
    measure('flow.stage.cpu.paced', 'Flow: the same, 100 bytes as seldom as that', pacedStage, 'µs/req'),
  ]
}

async function measureWidth(folder: string, requests: Requests, scale: Scale): Promise<Measure[]> {
  const { frame } = requests.text
  const count = Math.ceil(scale.requests / 16)
  const wide = await during(serveFlow(folder, fanOut(8)), ({ address }) =>
    rateOf(address, frame, Math.ceil(count / 2), scale.rounds),
  )
  const module = path.join(folder, 'busy.ts')
  writeFileSync(
    module,
    `import { Executor, requests } from 'xserve'
export default class Busy extends Executor {
  @requests()
  work() {
    const end = performance.now() + ${BUSY_US / 1000}
    while (performance.now() < end);
  }
}
`,
  )
  const replicated = (replicas: number): Promise<number> =>
    during(serveFlow(folder, `  - {name: busy, uses: ${module}, replicas: ${replicas}}`), ({ address }) =>
      rateOf(address, frame, Math.ceil(count / 4), scale.rounds),
    )
  const [one, four] = [await replicated(1), await replicated(4)]
  return [
    measure('flow.fan8.rate', 'Flow of 8 side by side and a join, 64 under way', wide, 'req/s'),
    measure('flow.replicas', `4 replicas against 1, each request ${BUSY_US} µs of work`, four / one, '×'),
  ]
}

async function measureMany(folder: string, rounds: number): Promise<Measure[]> {
  const found: number[] = []
  for (let round = 0; round < rounds; round++) {
    found.push(
      await during(serveFlow(folder, chain(20)), async ({ readyMs, pid }) => {
        const workers = childrenOf(pid).length
        if (workers !== 20) throw new Error(`a Flow of 20 has ${workers} workers`)
        return readyMs
      }),
    )
  }
  return [measure('flow.start20', 'Flow of 20: start to ready', median(found), 'ms', atMost(1000))]
}

async function measureJina(
  folder: string,
  requests: Requests,
  scale: Scale,
  ours: readonly Measure[],
): Promise<Measure[]> {
  if (!existsSync(JINA)) {
    console.log(`Jina is not measured: ${JINA} is not there\n`)
    return []
  }
  const { frame } = requests.text
  const own = (key: string): number => ours.find((one) => one.key === key)!.value
  const measures: Measure[] = []
  for (const length of [1, 4]) {
    const { rate, readyMs } = await during(serveJina(folder, length), async ({ address, readyMs }) => ({
      readyMs,
      rate: await rateOf(address, frame, Math.max(200, Math.ceil(scale.requests / 60)), 3),
    }))
    measures.push(
      measure(`flow.jina.chain${length}`, `Jina: Flow of ${length} in a row, 64 under way`, rate, 'req/s'),
      measure(
        `flow.jina.chain${length}.ratio`,
        `multiple of Jina's rate, Flow of ${length}`,
        own(`flow.chain${length}.rate`) / rate,
        '×',
        atLeast(5),
      ),
      measure(`flow.jina.start${length}`, `Jina: Flow of ${length}, start to ready`, readyMs, 'ms'),
    )
  }
  return measures
}

export async function measureFlows(requests: Requests, scale: Scale): Promise<Measure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'xserve-bench-flows-'))
  try {
    const ours = [
      ...(await measureChains(folder, requests, scale)),
      ...(await measureWidth(folder, requests, scale)),
      ...(await measureMany(folder, scale.rounds)),
    ]
    return [...ours, ...(await measureJina(folder, requests, scale, ours))]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
