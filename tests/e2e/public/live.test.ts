/** What users met with live changes elsewhere: files that no flag covers, heavy set-up, links that are exchanged, executors that leave. */
import { expect, test } from 'bun:test'
import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Client } from '../../../lib/client/client.ts'
import { childrenOf } from '../../helpers/processes.ts'
import { until } from '../../helpers/until.ts'
import { startServer, temporaryFolder } from '../../helpers/xserve.ts'

const MARKS = (word: string) => `import { Executor } from 'xserve'
export class Marks extends Executor {
  static requests = { '/default': 'mark' };
  constructor({ greeting = '' } = {}) { super(); this.greeting = greeting }
  mark({ docs }) { for (const doc of docs) doc.text = (doc.text ?? '') + '${word}' + this.greeting + this.runtimeArgs.name.split('/')[0] + ' ' }
}
`

/** Saves as most editors do: whole or not at all. */
function saveTo(folder: string) {
  return (name: string, text: string): void => {
    writeFileSync(path.join(folder, `${name}.tmp`), text)
    renameSync(path.join(folder, `${name}.tmp`), path.join(folder, name))
  }
}

const ask = async (client: Client): Promise<string> => (await client.post('/', '')).texts[0]!

// Public case 3.
test('--reload takes over source, configuration of an executor and of the Flow, and the log says what was done', async () => {
  const config = (greeting: string) => `jtype: Marks\npy_modules: [marks.ts]\nwith: {greeting: ${greeting}}\n`
  const flow = (replicas: number) =>
    `jtype: Flow\nwith: {port: 0}\nexecutors:\n  - {name: a, uses: config.yml, replicas: ${replicas}}\n`
  using folder = temporaryFolder({ 'marks.ts': MARKS('v1'), 'config.yml': config('A'), 'flow.yml': flow(1) })
  const save = saveTo(folder.path)
  await using server = await startServer('flow', [path.join(folder.path, 'flow.yml'), '--reload'])
  await server.seen(/watching \d+ files? in/)
  using client = new Client(server.address)
  const serves = (text: string) => until(async () => (await ask(client)) === text)
  await serves('v1Aa ')
  save('marks.ts', MARKS('v2'))
  await serves('v2Aa ')
  await server.seen(/a\/rep-0@\d+ detected changes in: \[.*marks\.ts'\]\. Refreshing/)
  save('config.yml', config('B'))
  await serves('v2Ba ')
  await server.seen(/change in Executor configuration YAML .*config\.yml observed, restarting Executor deployment/)
  save('flow.yml', flow(2))
  await until(() => childrenOf(server.pid).length === 2)
  await server.seen(/change in Flow YAML .*flow\.yml observed/)
  await serves('v2Ba ')
})

// Public case 5.
test('a reload evaluates all that the executor imports once more, as the documentation says', async () => {
  using folder = temporaryFolder({
    'marks.ts': `import './model.ts'\n${MARKS('v0')}`,
    'model.ts': `import { appendFileSync } from 'node:fs'\nappendFileSync(import.meta.dir + '/loads.log', 'x')\n`,
  })
  const save = saveTo(folder.path)
  await using server = await startServer('run', [path.join(folder.path, 'marks.ts'), '--reload'])
  using client = new Client(server.address)
  const loads = () => readFileSync(path.join(folder.path, 'loads.log'), 'utf8').length
  const first = loads()
  for (let version = 1; version <= 3; version++) {
    save('marks.ts', `import './model.ts'\n${MARKS(`v${version}`)}`)
    await until(async () => (await ask(client)).startsWith(`v${version}`))
    expect(loads()).toBe(first + version)
  }
  expect(readFileSync(path.join(import.meta.dir, '../../../README.md'), 'utf8')).toContain(
    'A reload makes a new process, which loads again',
  )
})

// Public case 20.
test('a mounted configuration that is exchanged by its link is one restart, with the new values', async () => {
  const config = (greeting: string) => `jtype: Marks\npy_modules: [../marks.ts]\nwith: {greeting: ${greeting}}\n`
  using folder = temporaryFolder({
    'marks.ts': MARKS(''),
    'mount/..1/exec.yml': config('old'),
    'mount/..2/exec.yml': config('new'),
    'flow.yml': 'jtype: Flow\nwith: {port: 0}\nexecutors:\n  - {name: a, uses: mount/exec.yml, restart: true}\n',
  })
  const at = (name: string) => path.join(folder.path, 'mount', name)
  symlinkSync('..1', at('..data'))
  symlinkSync('..data/exec.yml', at('exec.yml'))
  await using server = await startServer('flow', [path.join(folder.path, 'flow.yml')])
  using client = new Client(server.address)
  expect(await ask(client)).toBe('olda ')
  symlinkSync('..2', at('..data_tmp'))
  renameSync(at('..data_tmp'), at('..data'))
  rmSync(at('..1'), { recursive: true })
  await until(async () => (await ask(client)) === 'newa ')
  await server.seen('replaced a')
  await server.stop()
  expect(server.stderr().split('observed, restarting Executor deployment')).toHaveLength(2)
})

// Public case 26.
test('executors join at the end and leave from the middle of a Flow under load: nobody fails, their processes end', async () => {
  const flow = (names: string) =>
    `jtype: Flow\nwith: {port: 0}\nexecutors:\n${[...names].map((name) => `  - {name: ${name}, uses: "marks.ts#Marks"}\n`).join('')}`
  using folder = temporaryFolder({ 'marks.ts': MARKS(''), 'flow.yml': flow('ab') })
  const save = saveTo(folder.path)
  await using server = await startServer('flow', [path.join(folder.path, 'flow.yml'), '--restart'])
  using client = new Client(server.address)
  const seen = new Set<string>()
  let running = true
  const callers = Array.from({ length: 8 }, async () => {
    while (running) seen.add(await ask(client))
  })
  await until(() => seen.has('a b '))
  for (const names of ['abc', 'ac']) {
    save('flow.yml', flow(names))
    const wanted = [...names].map((name) => `${name} `).join('')
    await until(() => seen.has(wanted))
  }
  await until(() => childrenOf(server.pid).length === 2)
  running = false
  await Promise.all(callers)
  expect([...seen].sort()).toEqual(['a b ', 'a b c ', 'a c '])
})
