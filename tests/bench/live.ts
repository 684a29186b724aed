/** Live change under load: how soon a save is served, and what callers notice of it. */
import { type LiveProject, liveProject } from '../helpers/live.ts'
import { type Load, startLoad } from '../helpers/load.ts'
import { median } from './machine.ts'
import { atMost, type Measure, measure } from './report.ts'

/** Callers over gRPC: some thousand calls a second, so that there is something to disturb and room for a new worker. */
const CALLERS = { unary: 64 }
const PAUSE_MS = 10

function percentile(times: readonly number[], share: number): number {
  const sorted = Float64Array.from(times).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** Milliseconds from each save to the first answer of the new code. */
async function timesOfSaves(project: LiveProject, load: Load, saves: number): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < saves; i++) {
    const version = load.newest + 1
    // Not in step with anything that comes round.
    await Bun.sleep(150 + Math.random() * 100)
    const began = performance.now()
    project.save(version)
    times.push((await load.seen(version)) - began)
  }
  return times
}

/** Callers in this process see its own pauses as well, with and without saves alike. */
export async function measureLive(saves: number): Promise<Measure[]> {
  await using project = await liveProject()
  const { server } = project
  const savesUnder = async (load: Load) => {
    await load.seen(0)
    const times = await timesOfSaves(project, load, saves)
    const { failures, stale, mixed, ...result } = await load.stop()
    const lost = [...failures, ...stale, ...mixed]
    if (lost.length > 0) throw new Error(`${lost.length} calls were lost in ${saves} saves: ${lost[0]}`)
    return { ...result, saves: times }
  }
  const quiet = await startLoad(server, CALLERS, PAUSE_MS)
  await quiet.answered(saves * 500)
  const calm = await quiet.stop()
  const busy = await savesUnder(await startLoad(server, CALLERS, PAUSE_MS))
  const full = await savesUnder(await startLoad(server, CALLERS))
  const alone = await savesUnder(await startLoad(server, { unary: 1 }, PAUSE_MS))
  const soon = 'save to first new answer'
  return [
    measure('live.p50', `${soon}, 64 callers: p50`, median(busy.saves), 'ms', atMost(30)),
    measure('live.p95', `${soon}, 64 callers: p95`, percentile(busy.saves, 0.95), 'ms', atMost(60)),
    measure('live.alone', `${soon}, one caller: p50`, median(alone.saves), 'ms'),
    measure('live.full', `${soon}, 64 callers without a pause: p50`, median(full.saves), 'ms'),
    measure('live.calm.p999', 'latency of 64 callers without saves: p99.9', percentile(calm.times, 0.999), 'ms'),
    measure('live.busy.p999', `latency of 64 callers with ${saves} saves: p99.9`, percentile(busy.times, 0.999), 'ms'),
    measure('live.lost', `calls lost of ${calm.calls + busy.calls + full.calls + alone.calls}`, 0, '', atMost(0)),
  ]
}
