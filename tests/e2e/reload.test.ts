/** `--reload` through the program: new code is served after a save, nobody fails meanwhile, and a bad save changes nothing. */
import { afterEach, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { until as waitUntil } from '../helpers/until.ts'
import { startServer } from '../helpers/xserve.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const source = (text: string, more = '') => `import { type DocumentArray, Executor, requests } from 'xserve'
import { word } from './lib/word'
export default class MyExecutor extends Executor {
  ${more}
  @requests()
  async foo({ docs }: { docs: DocumentArray }) {
    for (const doc of docs) doc.text = \`${text} \${word}\`
  }
}
`

function project(text: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'xserve-reload-'))
  folders.push(folder)
  const file = path.join(folder, 'my_executor.ts')
  mkdirSync(path.join(folder, 'lib'))
  writeFileSync(path.join(folder, 'lib/word.ts'), `export const word = 'one'\n`)
  writeFileSync(file, text)
  /** Whole or not at all, as most editors save. */
  const save = (next: string, name = 'my_executor.ts') => {
    writeFileSync(path.join(folder, `${name}.tmp`), next)
    renameSync(path.join(folder, `${name}.tmp`), path.join(folder, name))
  }
  return { file, save }
}

const ask = async (client: Client) => (await client.post('/', 'x')).texts[0]

/** Asks until the answer comes; those before it are all of `before`. */
async function until(client: Client, wanted: string, before: readonly string[]): Promise<void> {
  for (;;) {
    const answer = await ask(client)
    if (answer === wanted) return
    expect(before).toContain(answer!)
  }
}

test('a save is served, of the executor and of what it imports; the log tells in the words of the documentation', async () => {
  const { file, save } = project(source('first'))
  await using server = await startServer('run', [file, '--reload'])
  using client = new Client(server.address)
  expect(await ask(client)).toBe('first one')
  save(source('second'))
  await until(client, 'second one', ['first one'])
  save(`export const word = 'two'\n`, 'lib/word.ts')
  await until(client, 'second two', ['second one'])
  await server.seen(/executor0\/rep-0@\d+ detected changes in: \['[^']*my_executor\.ts'\]\. Refreshing the Executor/)
  await server.seen(/watching \d+ files in/)
})

// Public case 1.
test('nobody fails and nobody gets old code after new, with many callers over all protocols', async () => {
  const { file, save } = project(source('v0', `async close() { this.logger.info('closed once') }`))
  const listen = ['--protocol', 'grpc,http,websocket', '--port', '0,0,0', '--replicas', '1']
  await using server = await startServer('run', [file, '--reload', ...listen])
  const addresses = [server.address, server.http, server.websocket]
  const clients = addresses.flatMap((address) => [new Client(address), new Client(address)])
  let running = true
  let newest = 0
  let answers = 0
  const callers = clients.flatMap((client) =>
    Array.from({ length: 6 }, async () => {
      while (running) {
        // A request that is sent after an answer of new code must not be answered by older code.
        const least = newest
        const version = Number(/^v(\d+) one$/.exec((await ask(client))!)![1])
        expect(version).toBeGreaterThanOrEqual(least)
        newest = Math.max(newest, version)
        answers++
      }
    }),
  )
  for (let version = 1; version <= 8; version++) {
    save(source(`v${version}`, `async close() { this.logger.info('closed once') }`))
    await waitUntil(() => newest >= version)
  }
  running = false
  await Promise.all(callers)
  for (const client of clients) client.close()
  expect(answers).toBeGreaterThan(100)
  await server.seen(/(closed once[\s\S]*){8}/)
}, 60_000)

test.each([
  ['syntax', source('second').replace('docs) doc', 'docs doc'), /my_executor\.ts:\d+:\d+/],
  ['a missing import', source('second').replace('./lib/word', './lib/none'), /none/],
  ['a throwing constructor', source('second', `constructor() { super(); throw new Error('not today') }`), /not today/],
  ['no executor', `export const nothing = 1\n`, /exports no Executor/],
])('%s: the old code serves on, the log tells, the next save is taken', async (_, broken, told) => {
  const { file, save } = project(source('first'))
  await using server = await startServer('run', [file, '--reload'])
  using client = new Client(server.address)
  save(broken)
  await server.seen(/the change was not taken/)
  await server.seen(told)
  expect(await ask(client)).toBe('first one')
  save(source('third'))
  await until(client, 'third one', ['first one'])
})

test('a start on broken code waits for it to be mended', async () => {
  const { file, save } = project(source('x').replace('docs) doc', 'docs doc'))
  const starting = startServer('run', [file, '--reload'])
  // The editor is quicker than the wait for a change can be seen from here: it is saved again and again, each time later,
  // since a save gives up the start before it, which takes its time on a busy machine.
  let pauseMs = 200
  const saveAgain = (): void => {
    save(`${source('mended')}// ${Math.random()}\n`)
    saving = setTimeout(saveAgain, (pauseMs *= 2))
  }
  let saving = setTimeout(saveAgain, pauseMs)
  try {
    await using server = await starting
    using client = new Client(server.address)
    expect(await ask(client)).toBe('mended one')
    await server.seen('not serving yet')
  } finally {
    clearTimeout(saving)
  }
})

test('replicas are exchanged one by one; without --reload nothing is watched', async () => {
  const { file, save } = project(source('first'))
  await using server = await startServer('run', [file, '--reload', '--replicas', '3'])
  await using still = await startServer('run', [file])
  using client = new Client(server.address)
  using other = new Client(still.address)
  save(source('second'))
  for (let inARow = 0; inARow < 20; ) inARow = (await ask(client)) === 'second one' ? inARow + 1 : 0
  expect(await ask(other)).toBe('first one')
})
