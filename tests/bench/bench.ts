/**
 * `make bench`: measures the compiled binary on this machine, prints a table, writes dist/bench.json, and ends with 1 when a
 * floor is missed. ARGS='unary start' measures only these parts; `--quick` sends a tenth.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureConnections } from './connections.ts'
import { measureCore } from './core.ts'
import { measureFlows } from './flows.ts'
import { measureGo } from './go.ts'
import { requireH2load } from './h2load.ts'
import { measureLatency } from './latency.ts'
import { measureLive } from './live.ts'
import { describeMachine, loadBefore } from './machine.ts'
import { measureProtocols } from './protocols.ts'
import { isKept, type Measure, tableOf, writeReport } from './report.ts'
import { serveBinary, serveEcho, serveJsonEcho, serveRelay } from './servers.ts'
import { measureSizes } from './sizes.ts'
import { measureMemory, measureStarts } from './start.ts'
import { checkAnswers, measureHttp, measureStream, measureTensor, measureUnary, writeRequests } from './throughput.ts'
import { measureTopology } from './topology.ts'

const PARTS = [
  'start',
  'memory',
  'unary',
  'stream',
  'tensor',
  'latency',
  'http',
  'go',
  'core',
  'sizes',
  'connections',
  'topology',
  'protocols',
  'flows',
  'live',
] as const
type Part = (typeof PARTS)[number]

const named = Bun.argv.slice(2).filter((word): word is Part => (PARTS as readonly string[]).includes(word))
const parts = new Set<Part>(named.length > 0 ? named : PARTS)
const quick = Bun.argv.includes('--quick')
const scale = quick ? { requests: 8_000, rounds: 3 } : { requests: 60_000, rounds: 5 }

const measures: Measure[] = []
async function add(part: Part, run: () => Promise<Measure[]>): Promise<void> {
  if (!parts.has(part)) return
  const found = await run()
  measures.push(...found)
  console.log(tableOf(found), '\n')
}

const load = loadBefore()
const folder = mkdtempSync(join(tmpdir(), 'xserve-bench-'))
try {
  requireH2load()
  console.log(`${describeMachine()}, load ${load}${quick ? ', quick' : ''}`)
  if (load > 0.5) console.log('the machine is busy with something else: times are worse than they would be')
  console.log()
  await add('start', () => measureStarts(quick ? 5 : 15))
  await add('memory', measureMemory)
  await add('topology', () => measureTopology(scale.requests))
  await add('protocols', () => measureProtocols(scale.requests))
  await add('live', () => measureLive(quick ? 10 : 30))
  const requests = writeRequests(folder)
  await add('flows', () => measureFlows(requests, scale))
  const serving = [serveBinary(), serveEcho(), serveJsonEcho(), serveRelay()] as const
  const [binary, echo, json, relay] = await Promise.all(serving)
  try {
    await checkAnswers(binary, requests)
    await add('unary', () => measureUnary(binary, echo, requests, scale))
    await add('stream', () => measureStream(binary, echo, requests, scale))
    await add('tensor', () => measureTensor(binary, relay, requests, scale))
    await add('latency', () => measureLatency(binary, relay, requests, scale.requests / 3))
    await add('http', () => measureHttp(binary, json, requests, scale))
    await add('go', () => measureGo(binary, requests, scale))
    await add('core', () => measureCore(binary, requests, scale))
    await add('sizes', () => measureSizes(binary, relay, folder, quick))
    await add('connections', async () => measureConnections(binary, await Bun.file(requests.text.message).bytes()))
  } finally {
    await Promise.all([binary.stop(), echo.stop(), json.stop(), relay.stop()])
  }
  writeReport('dist/bench.json', describeMachine(), load, measures)
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`)
  process.exit(2)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

const missed = measures.filter((entry) => !isKept(entry))
for (const { text, value, unit, floor } of missed) {
  console.log(`missed: ${text}: ${value.toFixed(2)} ${unit}, ${floor?.kind} ${floor?.value}`)
}
process.exit(missed.length > 0 ? 1 : 0)
