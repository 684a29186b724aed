/** The documentation's examples, as they stand in fixtures/documentation: from TypeScript, from YAML and on the command line. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { freePort } from '../helpers/free-port.ts'
import { COMMAND, startServer, xserve } from '../helpers/xserve.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'xserve-documentation-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeAll(() => cpSync(path.join(import.meta.dir, '../../fixtures/documentation'), folder, { recursive: true }))
const cwd = folder
const edit = (file: string, from: string, to: string) => {
  const place = path.join(folder, file)
  writeFileSync(place, readFileSync(place, 'utf8').replace(from, to))
}

/** Starts a script with a port of its own: it prints no banner, so that readiness is seen by asking. */
async function startScript(file: string) {
  const port = freePort()
  const program = Bun.spawn([...COMMAND, 'script', file, `${port}`], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, JINA_LOG_LEVEL: 'DEBUG' },
  })
  const client = new Client(`127.0.0.1:${port}`)
  let log = ''
  const reading = (async () => {
    for await (const bytes of program.stderr) log += new TextDecoder().decode(bytes)
  })()
  while (!(await client.isReady({ timeoutMs: 500 }))) {
    if (program.exitCode !== null) throw new Error(`${file} ended: ${log}`)
  }
  return {
    port,
    log: () => log,
    text: async () => (await client.post('/', [{}])).texts[0],
    async [Symbol.asyncDispose]() {
      client.close()
      program.kill('SIGTERM')
      expect(await program.exited).toBe(0)
      await reading
    },
  }
}

/** Asks without a pause until the answer is another one; all before it must be the old one. */
async function changesTo(text: () => Promise<string | undefined>, before: string, after: string): Promise<void> {
  for (let said = await text(); said !== after; said = await text()) expect(said).toBe(before)
}

test('serve an executor directly, and access it', async () => {
  await using served = await startScript('serve.ts')
  const done = await xserve(['script', 'client.ts', `${served.port}`], { cwd })
  expect([done.code, done.stdout]).toEqual([0, '[ "executed MyExec" ]\n'])
})

const FIRST = 'I am coming from the first version of MyExecutor'
const NEW = 'I am coming from a new version of MyExecutor'

test('reload an executor, from TypeScript', async () => {
  await using flow = await startScript('reload.ts')
  expect(await flow.text()).toBe(FIRST)
  edit('my_executor.ts', 'the first version', 'a new version')
  await changesTo(flow.text, FIRST, NEW)
  expect(flow.log()).toMatch(
    /INFO {2}executor0\/rep-0@\d+ detected changes in: \['[^']*\/my_executor\.ts'\]\. Refreshing the Executor/,
  )
  edit('my_executor.ts', 'a new version', 'the first version')
  await changesTo(flow.text, NEW, FIRST)
})

test.each([
  ['flow', ['reload.yml']],
  ['run', ['my_executor.ts', '--reload']],
] as const)('reload an executor, by xserve %s', async (command, args) => {
  await using served = await startServer(command, [...args, '--port', '0'], { cwd })
  using client = new Client(served.address)
  const text = async () => (await client.post('/', [{}])).texts[0]
  expect(await text()).toBe(FIRST)
  edit('my_executor.ts', 'the first version', 'a new version')
  await changesTo(text, FIRST, NEW)
  expect(served.stderr()).toMatch(
    /INFO {2}executor0\/rep-0@\d+ detected changes in: \['[^']*\/my_executor\.ts'\]\. Refreshing the Executor/,
  )
  edit('my_executor.ts', 'a new version', 'the first version')
  await changesTo(text, NEW, FIRST)
})

const BEFORE = 'MyExecutorBeforeRestart'
const AFTER = 'MyExecutorAfterRestart'
const OBSERVED =
  /INFO {2}Flow@\d+ change in Executor configuration YAML \S*executor\.yml observed, restarting Executor deployment/

test('restart an executor as another class, from TypeScript', async () => {
  await using flow = await startScript('restart.ts')
  expect(await flow.text()).toBe(BEFORE)
  edit('executor.yml', BEFORE, AFTER)
  await changesTo(flow.text, BEFORE, AFTER)
  expect(flow.log()).toMatch(OBSERVED)
  edit('executor.yml', AFTER, BEFORE)
  await changesTo(flow.text, AFTER, BEFORE)
})

test.each([
  ['flow', ['restart.yml']],
  ['run', ['executor.yml', '--py-modules', 'executors.ts', '--restart']],
] as const)('restart an executor as another class, by xserve %s', async (command, args) => {
  await using served = await startServer(command, [...args, '--port', '0'], { cwd })
  using client = new Client(served.address)
  const text = async () => (await client.post('/', [{}])).texts[0]
  expect(await text()).toBe(BEFORE)
  edit('executor.yml', BEFORE, AFTER)
  await changesTo(text, BEFORE, AFTER)
  expect(served.stderr()).toMatch(OBSERVED)
  edit('executor.yml', AFTER, BEFORE)
  await changesTo(text, AFTER, BEFORE)
})
