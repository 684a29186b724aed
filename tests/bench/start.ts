/** Times to start, and what the processes hold in memory when nothing is asked of them. */
import { resolve } from 'node:path'
import { createLink } from '../../lib/link/create.ts'
import type { ControlMessage } from '../../lib/link/messages.ts'
import { median, memoryBytes } from './machine.ts'
import { atMost, type Measure, measure } from './report.ts'
import { BINARY, compile, EXECUTOR, type Served, serveBinary } from './servers.ts'

/** A Jina 3.14 gateway and executor on a machine of two cores. */
const JINA = { readyMs: 2200, memoryMb: 248 }

async function times(rounds: number, once: () => Promise<number>): Promise<number> {
  await once()
  const found: number[] = []
  for (let round = 0; round < rounds; round++) found.push(await once())
  return median(found)
}

async function runVersion(binary: string): Promise<number> {
  const began = performance.now()
  const child = Bun.spawn([binary, '--version'], { stdio: ['ignore', 'ignore', 'inherit'] })
  if ((await child.exited) !== 0) throw new Error(`${binary} --version ended with ${child.exitCode}`)
  return performance.now() - began
}

async function runToReady(): Promise<number> {
  const served = await serveBinary()
  await served.stop()
  return served.readyMs
}

/** From spawn to `ready`, by the steps a deployment takes, over a link of our own. */
async function runWorkerStart(): Promise<number> {
  const began = performance.now()
  const child = Bun.spawn([BINARY, 'worker'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, BUN_FEATURE_FLAG_NO_ORPHANS: '1' },
  })
  const ready = Promise.withResolvers<number>()
  const control = (message: ControlMessage) => {
    if (message.kind === 'hello') link.control({ kind: 'load', files: [resolve(EXECUTOR)], className: null })
    else if (message.kind === 'loaded') link.control({ kind: 'start', executor: START })
    else if (message.kind === 'ready') ready.resolve(performance.now() - began)
    else if (message.kind === 'failed') ready.reject(new Error(message.failure.message))
  }
  const link = await createLink(child.stdio[3] as number, { side: 'parent' }, { control })
  const ms = await ready.promise
  link.close()
  await child.exited
  return ms
}

const START = {
  name: 'executor0',
  pod: 'executor0/rep-0',
  shardId: 0,
  shards: 1,
  replicas: 1,
  replicaId: 0,
  workspace: null,
  usesWith: {},
  usesMetas: {},
  usesRequests: {},
} as const

export async function measureStarts(rounds: number): Promise<Measure[]> {
  const floor = await times(rounds, () => runVersion(compile('empty')))
  const version = await times(rounds, () => runVersion(BINARY))
  const ready = await times(rounds, runToReady)
  return [
    measure('start.floor', 'an empty compiled program, start to end', floor, 'ms'),
    measure('start.version', '--version, start to end', version, 'ms', atMost(30)),
    measure('start.ready', 'run: start to ready', ready, 'ms', atMost(80)),
    measure('start.jina', `run: multiple of Jina 3.14 (${JINA.readyMs} ms)`, JINA.readyMs / ready, '×'),
    measure('start.worker', 'worker: spawn to ready', await times(rounds, runWorkerStart), 'ms', atMost(12)),
  ]
}

const MB = 1e6

/** Of a server that has just become ready and has answered nothing yet. */
export async function measureMemory(): Promise<Measure[]> {
  const empty = Bun.spawn([compile('empty')], { stdio: ['ignore', 'ignore', 'inherit'] })
  const served: Served = await serveBinary()
  // Start-up garbage is given back within the first second or never.
  await Bun.sleep(1000)
  const floor = memoryBytes(empty.pid)
  const gateway = memoryBytes(served.pid)
  const worker = memoryBytes(served.worker)
  empty.kill('SIGKILL')
  await served.stop()
  const total = gateway.resident + worker.resident
  return [
    measure('memory.floor', 'memory (RSS): an empty compiled program', floor.resident / MB, 'MB'),
    measure('memory.gateway', 'memory (RSS): gateway', gateway.resident / MB, 'MB'),
    measure('memory.worker', 'memory (RSS): worker', worker.resident / MB, 'MB'),
    measure('memory.total', 'memory (RSS): all processes, pages of the binary counted twice', total / MB, 'MB'),
    measure('memory.own', 'memory (anonymous): all processes', (gateway.anonymous + worker.anonymous) / MB, 'MB'),
    measure(
      'memory.jina',
      `memory: Jina 3.14 (${JINA.memoryMb} MB) is a multiple of`,
      (JINA.memoryMb * MB) / total,
      '×',
    ),
  ]
}
