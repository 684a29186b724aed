// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables in YAML look like this
/** `xserve flow` through the program: a graph answers, a change of YAML or code is taken over, what is wrong is told. */
import { afterEach, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { childrenOf } from '../helpers/processes.ts'
import { startServer, xserve } from '../helpers/xserve.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const EXECUTORS = `import { type DocumentArray, Executor } from 'xserve'
class Marks extends Executor {
  static override requests = { '/default': 'mark' }
  word: string
  constructor({ word = 'x' }: { word?: string } = {}) {
    super()
    this.word = word
  }
  mark({ docs }: { docs: DocumentArray }) {
    for (const doc of docs) doc.text = (doc.text ?? '') + this.word
  }
}
export class Before extends Marks {}
export class After extends Marks {
  override mark({ docs }: { docs: DocumentArray }) {
    for (const doc of docs) doc.text = (doc.text ?? '') + '(' + this.word + ')'
  }
}
`

function project(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(path.join(tmpdir(), 'xserve-flow-'))
  folders.push(folder)
  const save = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, `${name}.tmp`), text)
    renameSync(path.join(folder, `${name}.tmp`), path.join(folder, name))
  }
  for (const [name, text] of Object.entries({ 'marks.ts': EXECUTORS, ...files })) save(name, text)
  return { flow: path.join(folder, 'flow.yml'), save }
}

const CHAIN = `jtype: Flow
with: {port: 0}
executors:
  - {name: a, uses: "marks.ts#Before", uses_with: {word: A}}
  - {name: b, uses: b.yml, restart: true}
`
const B = (jtype: string, word: string) => `jtype: ${jtype}\npy_modules: [marks.ts]\nwith: {word: ${word}}\n`

const ask = async (client: Client) => (await client.post('/', '')).texts[0]

async function until(client: Client, wanted: string, allowed: readonly string[]): Promise<void> {
  for (;;) {
    const answer = (await ask(client))!
    if (answer === wanted) return
    expect(allowed).toContain(answer)
  }
}

// Public case 23.
test('a chain; its executor’s YAML changes to another class, and nobody fails', async () => {
  const { flow, save } = project({ 'flow.yml': CHAIN, 'b.yml': B('Before', 'B') })
  await using server = await startServer('flow', [flow])
  using client = new Client(server.address)
  expect(await ask(client)).toBe('AB')
  save('b.yml', B('After', 'B'))
  await until(client, 'A(B)', ['AB'])
  await server.seen(/Flow@\d+ change in Executor configuration YAML .*b\.yml observed, restarting Executor deployment/)
  save('b.yml', 'jtype: [')
  await server.seen(/the change of .*b\.yml was not taken/)
  expect(await ask(client)).toBe('A(B)')
  save('b.yml', B('Missing', 'B'))
  await server.seen(/exports no Executor named Missing/)
  expect(await ask(client)).toBe('A(B)')
  save('b.yml', B('Before', 'C'))
  await until(client, 'AC', ['A(B)'])
})

// Public case 26.
test('--reload takes over code, executors’ YAML and the Flow’s: executors join and leave, under load', async () => {
  const { flow, save } = project({ 'flow.yml': CHAIN, 'b.yml': B('Before', 'B') })
  await using server = await startServer('flow', [flow, '--reload'])
  using client = new Client(server.address)
  let running = true
  const seen = new Set<string>()
  const callers = Array.from({ length: 16 }, async () => {
    while (running) seen.add((await ask(client))!)
  })
  save('flow.yml', `${CHAIN}  - {name: c, uses: "marks.ts#Before", uses_with: {word: C}}\n`)
  await until(client, 'ABC', ['AB'])
  save('flow.yml', CHAIN.replace('word: A', 'word: Z').replace(', restart: true', ', replicas: 2'))
  await until(client, 'ZB', ['ABC', 'ZBC', 'AB'])
  save('marks.ts', EXECUTORS.replaceAll('+ this.word\n', '+ this.word.toLowerCase()\n'))
  await server.seen(/a\/rep-0@\d+ detected changes in/)
  for (let inARow = 0; inARow < 20; ) inARow = (await ask(client)) === 'zb' ? inARow + 1 : 0
  running = false
  await Promise.all(callers)
  for (const answer of seen) expect(answer).toMatch(/^[AaZz][Bb]C?$/)
}, 30_000)

test('a class that hangs at its start is given up for the next save of the YAML, and a failing one exchanges nothing', async () => {
  const more = `export class Hangs extends Marks {
  override async init() { this.logger.info('hangs'); await new Promise(() => {}) }
}
export class Fails extends Marks {
  override async init() { throw new Error('not today') }
}
`
  const { flow, save } = project({ 'flow.yml': CHAIN, 'b.yml': B('Before', 'B'), 'marks.ts': EXECUTORS + more })
  await using server = await startServer('flow', [flow, '--restart'])
  using client = new Client(server.address)
  save('b.yml', B('Hangs', 'B'))
  await server.seen(/b\/rep-0@\d+ hangs/)
  expect(await ask(client)).toBe('AB')
  save('b.yml', B('After', 'B'))
  await until(client, 'A(B)', ['AB'])
  // The first of the two can be exchanged, the second cannot: then neither is.
  save('flow.yml', CHAIN.replace('word: A', 'word: Z').replace('uses: b.yml', 'uses: "marks.ts#Fails"'))
  await server.seen('not today')
  for (let i = 0; i < 10; i++) expect(await ask(client)).toBe('A(B)')
  save('flow.yml', CHAIN.replace('word: A', 'word: Y'))
  await until(client, 'Y(B)', ['A(B)'])
}, 20_000)

// Public case 4.
test('who watches code alone, or configuration alone, is told of what is left alone', async () => {
  const { flow, save } = project({
    'flow.yml': CHAIN.replace('word: A}', 'word: A}, reload: true').replace(', restart: true', ''),
    'b.yml': B('Before', 'B'),
  })
  await using code = await startServer('flow', [flow])
  save('b.yml', B('After', 'B'))
  await code.seen(/change in .*b\.yml observed, and left alone: restart is off for it/)
  await using configuration = await startServer('flow', [flow, '--restart'])
  save('marks.ts', `${EXECUTORS}// edited\n`)
  await configuration.seen(/b@\d+ changes in: \['.*marks\.ts'\] are left alone: reload is off/)
  expect(configuration.stderr()).not.toContain('b: watching')
})

test('code of a class that the YAML has come to name later is watched', async () => {
  const { flow, save } = project({ 'flow.yml': CHAIN, 'b.yml': B('Before', 'B'), 'other/more.ts': '' })
  await using server = await startServer('flow', [flow, '--reload'])
  using client = new Client(server.address)
  save('other/more.ts', EXECUTORS)
  save('b.yml', B('After', 'B').replace('marks.ts', 'other/more.ts'))
  await until(client, 'A(B)', ['AB'])
  await server.seen('replaced b')
  save('other/more.ts', EXECUTORS.replace("'('", "'['"))
  await until(client, 'A[B)', ['A(B)'])
}, 20_000)

test('what is wrong ends the start with its place and exit code 2', async () => {
  const { flow } = project({ 'flow.yml': 'jtype: Flow\nexecutors:\n  - {name: a, uses: none.ts}\n' })
  const { code, stderr } = await xserve(['flow', flow])
  expect(code).toBe(2)
  expect(stderr).toMatch(/flow\.yml:3:\d+ executors\[0\]\.uses: there is no file none\.ts/)
  expect((await xserve(['flow'])).code).toBe(2)
  expect((await xserve(['flow', '/nowhere/flow.yml'])).code).toBe(2)
})

test('a class that is not there is named with its place and those that there are', async () => {
  const { flow } = project({ 'flow.yml': CHAIN.replace('#Before', '#Nobody'), 'b.yml': B('Before', 'B') })
  const { code, stderr } = await xserve(['flow', flow])
  expect(code).toBe(2)
  expect(stderr).toContain('flow.yml:4:15 executors[0].uses: marks.ts exports no Executor named Nobody')
  expect(stderr).toContain('it exports After, Before')
})

test('check says what a file means, or what is wrong with it, and starts nothing', async () => {
  const { flow, save } = project({ 'flow.yml': CHAIN, 'b.yml': B('Before', '"${{ CONTEXT.word }}"') })
  const context = ['--context', '{"word": "W"}']
  const fine = await xserve(['check', flow, '--json', ...context])
  expect(fine.code).toBe(0)
  expect(JSON.parse(fine.stdout)).toMatchObject({
    ok: true,
    executors: [
      { name: 'a', needs: ['gateway'] },
      { name: 'b', needs: ['a'] },
    ],
    graph: { 'start-gateway': ['a'], a: ['b'], b: ['end-gateway'] },
  })
  const executor = await xserve(['check', path.join(path.dirname(flow), 'b.yml'), '--json', ...context])
  expect(JSON.parse(executor.stdout).resolved).toMatchObject({ class: 'Before', arguments: { word: 'W' } })
  save('flow.yml', `${CHAIN}  - {name: c, needs: [a, nobody], floating: "no"}\n`)
  const wrong = await xserve(['check', flow, '--json', ...context])
  expect(wrong.code).toBe(2)
  expect(JSON.parse(wrong.stdout).problems).toEqual([
    expect.objectContaining({ file: flow, line: 6, column: 15, path: 'executors[2].needs' }),
    expect.objectContaining({ file: flow, line: 6, column: 35, path: 'executors[2].floating' }),
  ])
  expect((await xserve(['check', flow, ...context])).stderr).toContain(`${flow}:6:`)
})

test('run serves a Deployment, with the command line before the file, and takes over its changes', async () => {
  const deployment = (word: string) =>
    `jtype: Deployment\nwith:\n  uses: marks.ts#Before\n  uses_with: {word: ${word}}\n  port: 1\n  restart: true\n`
  const { flow, save } = project({ 'flow.yml': deployment('a') })
  await using server = await startServer('run', [flow, '--replicas', '2'])
  using client = new Client(server.address)
  expect(await ask(client)).toBe('a')
  expect(childrenOf(server.pid)).toHaveLength(2)
  save('flow.yml', deployment('b'))
  await until(client, 'b', ['a'])
})
