/** Saves that are no good: the code before them serves on, it is said what is wrong and where, and the next good one is taken. */
import { expect, test } from 'bun:test'
import { mkdirSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { caller } from '../../helpers/grpc.ts'
import { answer, liveProject, serves, versionSource, workersOf } from '../../helpers/live.ts'
import { until } from '../../helpers/until.ts'
import { COMMAND, temporaryFolder, xserve } from '../../helpers/xserve.ts'

const NOT_TAKEN = 'the change was not taken, the code before it serves on'
const BROKEN: readonly (readonly [string, string, RegExp])[] = [
  [
    'a syntax error',
    versionSource(9).replace('tell({ docs })', 'tell({ docs '),
    /versions\.ts:\d+:\d+: .*\[MODULE_FAILED\]/,
  ],
  ['a missing import', `import './missing.ts'\n${versionSource(9)}`, /versions\.ts:1:\d+: .*\[MODULE_FAILED\]/],
  [
    'an error at its top level',
    `throw new Error('top')\n${versionSource(9)}`,
    /versions\.ts:1:\d+: .*top.*\[MODULE_FAILED\]/,
  ],
  [
    'a constructor that throws',
    versionSource(9, "  constructor() { super(); throw new Error('no model') }"),
    /versions\.ts:\d+:\d+: .*no model.*\[START_FAILED\]/,
  ],
  ['an init that throws', versionSource(9, "  async init() { throw new Error('no key') }"), /no key.*\[START_FAILED\]/],
  ['a process that ends', `process.exit(7)\n${versionSource(9)}`, /exit code 7.*\[WORKER_DIED\]/],
  ['no class', 'export const nothing = 1\n', /versions\.ts: .*exports no Executor \[NO_EXECUTOR\]|\[NO_EXECUTOR\]/],
]

// Public case 6.
test.each(BROKEN)('%s', async (_, source, told) => {
  await using project = await liveProject()
  using call = caller(project.server.address)
  project.write('versions.ts', source)
  await project.server.seen(NOT_TAKEN)
  const line = project.server
    .stderr()
    .split('\n')
    .find((one) => one.includes(NOT_TAKEN))!
  expect(line).toMatch(/^ERROR executor0@\d+ /)
  expect(line).toMatch(told)
  for (let i = 0; i < 20; i++) expect(await answer(call)).toBe('version 0')
  expect(workersOf(project.server)).toHaveLength(1)
  project.save(1)
  await serves(call, 'version 1')
  expect(project.server.stderr().split(NOT_TAKEN)).toHaveLength(2)
})

// Public case 6.
test('a failed change is told by the status over both protocols and by ping, until a change is taken', async () => {
  await using project = await liveProject(['--protocol', 'grpc,http', '--port', '0,0'])
  using call = caller(project.server.address)
  const status = async () =>
    ((await (await fetch(`${project.server.http}/status`)).json()) as { jina: Record<string, string> }).jina
  expect(await status()).not.toHaveProperty(['failed-change executor0'])
  project.write('versions.ts', 'export default class {')
  await project.server.seen(NOT_TAKEN)
  const place = `${project.file}:1:`
  expect((await status())['failed-change executor0']).toContain(place)
  for (const address of [project.server.address, project.server.http]) {
    const pinged = await xserve(['ping', 'gateway', address])
    expect([pinged.code, pinged.stdout]).toEqual([
      0,
      expect.stringContaining('executor0: its last change was not taken'),
    ])
    expect(pinged.stdout).toContain(place)
    const json = JSON.parse((await xserve(['ping', 'flow', address, '--json'])).stdout)
    expect(json).toMatchObject({ ok: true, failedChanges: { executor0: expect.stringContaining('[MODULE_FAILED]') } })
  }
  project.save(1)
  await serves(call, 'version 1')
  await project.server.seen('serves the new code')
  expect(await status()).not.toHaveProperty(['failed-change executor0'])
  expect((await xserve(['ping', 'gateway', project.server.address])).stdout).not.toContain('not taken')
})

test('an init that hangs is given up for the next save', async () => {
  await using project = await liveProject()
  using call = caller(project.server.address)
  project.save(1, "  async init() { console.log('hangs'); await new Promise(() => {}) }")
  await project.server.seen('hangs')
  expect(await answer(call)).toBe('version 0')
  project.save(2)
  await serves(call, 'version 2')
  await project.server.seen('closed version 0')
  await until(() => workersOf(project.server).length === 1)
  expect(project.server.stderr()).not.toContain(NOT_TAKEN)
})

test('a deleted file, and its return', async () => {
  await using project = await liveProject()
  using call = caller(project.server.address)
  unlinkSync(project.file)
  await project.server.seen(NOT_TAKEN)
  expect(await answer(call)).toBe('version 0')
  project.save(1)
  await serves(call, 'version 1')
})

test('an import from elsewhere that is broken is mended there, one that is missing by its coming', async () => {
  using other = temporaryFolder({ 'far.ts': 'export const far = (' })
  const far = path.join(other.path, 'far.ts')
  await using project = await liveProject()
  using call = caller(project.server.address)
  const importing = (file: string) => `import '${file}'\n${versionSource(1)}`
  project.write('versions.ts', importing(far))
  await project.server.seen(`${far}:1:`)
  expect(await answer(call)).toBe('version 0')
  writeFileSync(far, 'export const far = 1')
  await serves(call, 'version 1')
  mkdirSync(path.join(other.path, 'later'))
  project.write('versions.ts', importing(path.join(other.path, 'later/soon')).replace('version 1', 'version 2'))
  await project.server.seen('later/soon')
  writeFileSync(path.join(other.path, 'later/soon.ts'), '')
  await serves(call, 'version 2')
})

/** A server that does not get ready at once: its output, and its end. */
function startBroken(args: readonly string[]) {
  const child = Bun.spawn([...COMMAND, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  let text = ''
  let wake = (): void => {}
  const reading = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of child.stderr) {
      text += decoder.decode(chunk, { stream: true })
      wake()
    }
  })()
  return {
    child,
    async seen(wanted: string): Promise<string> {
      while (!text.includes(wanted)) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return text
    },
    async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
      child.kill(signal)
      await child.exited
      await reading
      return child.exitCode
    },
  }
}

// Public case 8.
test('a start with broken code waits for its mending with --reload, and is no start without', async () => {
  using other = temporaryFolder({ 'far.ts': 'export const far = (' })
  const far = path.join(other.path, 'far.ts')
  using folder = temporaryFolder({ 'versions.ts': 'export default class {' })
  const file = path.join(folder.path, 'versions.ts')
  const without = await xserve(['run', file, '--port', '0'])
  expect([without.code, without.stderr]).toEqual([1, expect.stringContaining(`${file}:1:`)])
  const server = startBroken(['run', file, '--port', '0', '--reload'])
  expect(await server.seen('waiting for a change of the code')).toContain(`${file}:1:`)
  writeFileSync(file, `import '${far}'\n${versionSource(1)}`)
  await server.seen(`${far}:1:`)
  writeFileSync(far, '')
  const text = await server.seen('endpoints')
  const port = /gRPC +\S+:(\d+)/.exec(text)![1]
  using call = caller(`127.0.0.1:${port}`)
  expect(await answer(call)).toBe('version 1')
  writeFileSync(file, versionSource(2))
  await serves(call, 'version 2')
  expect(await server.end()).toBe(0)
})

test('a first start that hangs is given up for the next save; a signal ends the wait', async () => {
  using folder = temporaryFolder({ 'versions.ts': versionSource(0, '  async init() { await new Promise(() => {}) }') })
  const file = path.join(folder.path, 'versions.ts')
  const hanging = startBroken(['run', file, '--port', '0', '--reload', '--debug'])
  await hanging.seen('loaded Versions')
  writeFileSync(file, 'export default class {')
  await hanging.seen('waiting for a change of the code')
  expect(await hanging.end('SIGINT')).toBe(0)
  // Wrong usage is not mended by any edit.
  const wrong = await xserve(['run', path.join(folder.path, 'nowhere.ts'), '--reload', '--port', '0'])
  expect(wrong.code).toBe(2)
})
