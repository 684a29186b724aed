/** Live change under load: how soon a save is served, and what callers notice of it. */
import { type LiveProject, liveProject } from '../helpers/live.ts'
import { type Load, startLoad } from '../helpers/load.ts'
import { median } from './machine.ts'
import { atMost, type Measure, measure } from './report.ts'

/** Callers over gRPC, each of which asks again when it has its answer: as much as the machine can do. */
const CALLERS = { unary: 64 }

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
  const without = await startLoad(project.server, CALLERS)
  await without.seen(0)
  await Bun.sleep(saves * 200)
  const calm = await without.stop()
  const load = await startLoad(project.server, CALLERS)
  await load.seen(0)
  const times = await timesOfSaves(project, load, saves)
  const busy = await load.stop()
  const lost = [...busy.failures, ...busy.stale, ...busy.mixed]
  if (lost.length > 0) throw new Error(`${lost.length} calls lost in ${saves} saves: ${lost.slice(0, 3).join('; ')}`)
  const idle = await startLoad(project.server, { unary: 1 })
  await idle.seen(0)
  const alone = await timesOfSaves(project, idle, saves)
  await idle.stop()
  return [
    measure('live.p50', 'save to first new answer, 64 callers: p50', median(times), 'ms', atMost(30)),
    measure('live.p95', 'save to first new answer, 64 callers: p95', percentile(times, 0.95), 'ms', atMost(60)),
    measure('live.alone', 'save to first new answer, one caller: p50', median(alone), 'ms'),
    measure('live.calm.p999', 'latency of 64 callers without saves: p99.9', percentile(calm.times, 0.999), 'ms'),
    measure('live.busy.p999', `latency of 64 callers with ${saves} saves: p99.9`, percentile(busy.times, 0.999), 'ms'),
    measure('live.lost', `calls lost of ${busy.calls}`, lost.length, '', atMost(0)),
  ]
}
