/** Saves under load: nothing fails, nothing is mixed, and after the first new answer nothing old is heard. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { ALL_PROTOCOLS, type LiveProject, liveProject, workersOf } from '../../helpers/live.ts'
import { type Load, startLoad } from '../../helpers/load.ts'
import { until } from '../../helpers/until.ts'

const GRPC_ALONE = { unary: 32, stream: 32 }

/** Saves version after version, each as soon as the one before has answered and some more calls were made. */
async function saveUnderLoad(project: LiveProject, load: Load, last: number): Promise<void> {
  await load.seen(0)
  for (let version = 1; version <= last; version++) {
    project.save(version)
    await load.seen(version)
    await load.answered(200)
  }
}

async function expectNoLoss(load: Load): Promise<void> {
  const { failures, stale, mixed, kinds } = await load.stop()
  expect({ failures, stale, mixed }).toEqual({ failures: [], stale: [], mixed: [] })
  for (const count of Object.values(kinds)) expect(count === 0 || count > 20).toBe(true)
}

test('20 saves under 64 callers of every protocol lose no call', async () => {
  await using project = await liveProject([...ALL_PROTOCOLS])
  const load = await startLoad(project.server)
  await saveUnderLoad(project, load, 20)
  await expectNoLoss(load)
}, 60_000)

test('a shared executor loses no call either', async () => {
  await using project = await liveProject([], {}, 'executor')
  const load = await startLoad(project.server, GRPC_ALONE)
  await saveUnderLoad(project, load, 20)
  await expectNoLoss(load)
}, 60_000)

test('with replicas and shards, one worker after the other', async () => {
  await using project = await liveProject(['--replicas', '2', '--shards', '2'])
  const load = await startLoad(project.server, GRPC_ALONE)
  await load.seen(0)
  for (let version = 1; version <= 5; version++) {
    project.save(version)
    await load.seen(version)
    // The old ones answer as well until the last is exchanged.
    await project.server.seen(new RegExp(`(serves the new code[\\s\\S]*){${version}}`))
    expect(workersOf(project.server).length).toBeLessThanOrEqual(8)
  }
  const { failures, mixed } = await load.stop()
  expect({ failures, mixed }).toEqual({ failures: [], mixed: [] })
}, 60_000)

test('saves without a pause: the newest wins, and there is never more than one worker too many', async () => {
  await using project = await liveProject()
  const load = await startLoad(project.server, GRPC_ALONE)
  await load.seen(0)
  let most = 0
  for (let version = 1; version <= 60; version++) {
    project.save(version)
    const until = performance.now() + Math.random() * 40
    while (performance.now() < until) {
      most = Math.max(most, workersOf(project.server).length)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await load.seen(60)
  await expectNoLoss(load)
  expect(most).toBeLessThanOrEqual(2)
}, 60_000)

/** Of the parent: memory in bytes, descriptors, processes. */
function held(pid: number): { readonly memory: number; readonly descriptors: number } {
  const memory = Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024
  const { stdout } = Bun.spawnSync(['ls', `/proc/${pid}/fd`])
  return { memory, descriptors: stdout.toString().split('\n').length }
}

// Public case 126.
test('200 reloads of a module that holds 1 MB leave nothing behind', async () => {
  await using project = await liveProject()
  const { pid } = project.server
  const load = await startLoad(project.server, { unary: 4 })
  const reload = async (from: number, to: number): Promise<void> => {
    for (let version = from; version <= to; version++) {
      project.save(version, `  held = new Uint8Array(1_000_000).fill(1)`)
      await load.seen(version)
    }
  }
  await reload(1, 50)
  const before = held(pid)
  await reload(51, 250)
  await expectNoLoss(load)
  await project.server.seen('closed version 249')
  // Garbage goes when there is time for it; what is held by something never goes.
  const isFlat = (): boolean => {
    const { descriptors, memory } = held(pid)
    return descriptors <= before.descriptors && memory < before.memory + 5e6 && workersOf(project.server).length === 1
  }
  await until(isFlat)
}, 120_000)
