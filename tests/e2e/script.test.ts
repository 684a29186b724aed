/** Programs that serve executors and build Flows, run by the program itself: classes of the script, answers, ends. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { xserve } from '../helpers/xserve.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'xserve-script-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
async function run(program: string, ...argv: string[]) {
  const file = path.join(folder, `script${count++}.ts`)
  writeFileSync(file, program)
  return xserve(['script', file, ...argv])
}

const CLASSES = `import { type DocumentArray, Deployment, Executor, Flow, requests } from 'xserve'
export class Adds extends Executor {
  word: string
  constructor({ word = '!' }: { word?: string } = {}) {
    super()
    this.word = word
  }
  @requests()
  add({ docs }: { docs: DocumentArray }) {
    for (const doc of docs) doc.text = (doc.text ?? '') + this.word
  }
}
`

test('a Flow of classes of the script, joined in the order of needs, closed at the end', async () => {
  const { code, stdout, stderr } = await run(`${CLASSES}
await using flow = await new Flow()
  .add({ name: 'a', uses: Adds, usesWith: { word: 'A' } })
  .add({ name: 'b', uses: Adds, usesWith: { word: 'B' } })
  .start()
console.log((await flow.post('/', ['x', 'y'])).texts.join(','), flow.port > 0)
`)
  expect([code, stdout, stderr.includes('ERROR')]).toEqual([0, 'xAB,yAB true\n', false])
})

test('serve() with a handle, and until a signal', async () => {
  const { code, stdout } = await run(
    `${CLASSES}
import { Client } from 'xserve'
const served = await Adds.serve({ usesWith: { word: '?' }, block: false })
console.log((await new Client(served!.address).post('/', 'served')).texts[0])
await served!.close()
const controller = new AbortController()
setTimeout(() => controller.abort(), 50)
await Adds.serve({ signal: controller.signal })
console.log('ended', process.argv.slice(2).join(' '))
process.exit(0)
`,
    'one',
    'two',
  )
  expect([code, stdout]).toEqual([0, 'served?\nended one two\n'])
})

test('what is wrong is told: a Flow that has not started, an option that is none, a failing executor', async () => {
  const early = await run(`${CLASSES}\nawait new Flow().add({ uses: Adds }).post('/', 'x')\n`)
  expect([early.code === 0, early.stderr.includes('start() comes first')]).toEqual([false, true])
  const unknown = await run(`${CLASSES}\nawait new Flow({ prot: 1 } as never).add({ uses: Adds }).start()\n`)
  expect([unknown.code === 0, unknown.stderr.includes('prot')]).toEqual([false, true])
  const failing = await run(`${CLASSES}
export class Fails extends Adds { constructor() { super(); throw new Error('not today') } }
await new Flow().add({ uses: Fails }).start()
`)
  expect([failing.code === 0, failing.stderr.includes('not today')]).toEqual([false, true])
  expect((await xserve(['script', '/nowhere.ts'])).code).toBe(2)
})

test('what cannot be an argument of another process is told, and so is what is no executor; then the program ends', async () => {
  const { code, stdout } = await run(`${CLASSES}
const circle: Record<string, unknown> = {}
circle.again = circle
for (const usesWith of [{ word: () => 1 }, { word: 1n }, { word: new Map() }, circle] as never[])
  await new Flow().add({ uses: Adds, usesWith }).start().catch((error) => console.log(error.code, error.message))
for (const uses of [class Foo {}, () => {}, Executor] as never[])
  try { new Flow().add({ uses }) } catch (error) { console.log((error as Error).message) }
`)
  expect(code).toBe(0)
  expect(stdout.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^BAD_ARGUMENT executors\[0\].usesWith.word: a function does not reach/),
    expect.stringMatching(/^BAD_ARGUMENT executors\[0\].usesWith.word: a bigint does not reach/),
    expect.stringMatching(/^BAD_ARGUMENT executors\[0\].usesWith.word: an instance of Map does not reach/),
    expect.stringMatching(/^BAD_ARGUMENT executors\[0\].usesWith.again: it holds itself/),
    'uses is Foo, which is no executor',
    'uses is a function, which is no executor',
    'uses is Executor, which is no executor',
  ])
})

test('a class that the program comes to after it was loaded is served; faults that nobody catches end it with their words', async () => {
  const main = (body: string) => `${CLASSES.replace('export class', 'class')}
async function main() { await Bun.sleep(1); ${body} }
main()
`
  const late = await run(
    main(
      "await using flow = await new Flow().add({ uses: Adds }).start(); console.log((await flow.post('/', 'x')).texts[0])",
    ),
  )
  expect([late.code, late.stdout]).toEqual([0, 'x!\n'])
  const ours = await run(main('await new Flow({ port: -1 }).add({ uses: Adds }).start()'))
  expect(ours.code).toBe(2)
  expect(ours.stderr).toMatch(/^error .*port: port must be a whole number from 0 to 65535, not -1 \[BAD_ARGUMENT\]\n$/)
  const own = await run(main("throw new RangeError('mine')"))
  expect(own.code).toBe(1)
  expect(own.stderr).toMatch(/script\d+\.ts:\d+:\d+: RangeError: mine \[MODULE_FAILED\]/)
  const caught = await run(
    `process.on('unhandledRejection', () => { console.log('mine'); process.exit(5) })\n${main('throw 1')}`,
  )
  expect([caught.code, caught.stdout, caught.stderr]).toEqual([5, 'mine\n', ''])
})

test('Flows are loaded from YAML, added to, served, and saved as YAML that serves the same', async () => {
  writeFileSync(path.join(folder, 'classes.ts'), CLASSES.replace('Deployment, ', '').replace('Flow, ', ''))
  writeFileSync(
    path.join(folder, 'loaded.yml'),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of YAML
    'jtype: Flow\nexecutors:\n  - {name: a, uses: "classes.ts#Adds", uses_with: {word: "${{ CONTEXT.word }}"}}\n',
  )
  const at = (name: string) => JSON.stringify(path.join(folder, name))
  const { code, stdout, stderr } = await run(`import { Deployment, Flow } from 'xserve'
const flow = Flow.loadConfig(${at('loaded.yml')}, { context: { word: 'A' } })
flow.add({ name: 'b', uses: ${at('classes.ts#Adds')}, usesWith: { word: 'B' }, installRequirements: true } as never)
await flow.saveConfig(${at('deep/saved.yml')})
for (const one of [flow, Flow.loadConfig(${at('deep/saved.yml')}, { with: { protocol: 'http' } })]) {
  await one.start()
  console.log((await one.post('/', ['x'])).texts[0])
  await one.close()
}
const deployment = new Deployment({ uses: ${at('classes.ts#Adds')}, usesWith: { word: 'D' }, cors: true })
await using again = await Deployment.loadConfig(await deployment.saveConfig()).start()
console.log((await again.post('/', ['x'])).texts[0])
try { Deployment.loadConfig(${at('loaded.yml')}) } catch (error) { console.log(error.code) }
`)
  expect([code, stdout]).toEqual([0, 'xAB\nxAB\nxD\nBAD_CONFIG\n'])
  expect(stderr).toContain('installRequirements: install_requirements is accepted and has no effect')
})

test('what is wrong with a loaded Flow is told at its start, all at once', async () => {
  const { code, stderr } = await run(`import { Flow } from 'xserve'
await Flow.loadConfig('jtype: Flow\\nexecutors: [{uses: none.ts, replcas: 2}]').add({ shrads: 1 } as never).start()
`)
  expect([code === 0, stderr]).toEqual([
    false,
    expect.stringMatching(/<text>:2:\d+ executors\[0\]\.uses: there is no file none\.ts/),
  ])
  expect(stderr).toContain('did you mean replicas?')
  expect(stderr).toContain('executors[1].shrads: ')
})

test('a Flow with restart that a program has loaded takes over changes of its file, whatever its executors do with theirs', async () => {
  writeFileSync(path.join(folder, 'classes.ts'), CLASSES.replace('Deployment, ', '').replace('Flow, ', ''))
  const yaml = (word: string) =>
    `jtype: Flow\nwith: {restart: true}\nexecutors:\n  - {name: a, uses: "classes.ts#Adds", uses_with: {word: ${word}}, restart: false}\n`
  const file = path.join(folder, 'restarts.yml')
  writeFileSync(file, yaml('A'))
  const { code, stdout, stderr } = await run(`import { writeFileSync } from 'node:fs'
import { Flow } from 'xserve'
await using flow = await Flow.loadConfig(${JSON.stringify(file)}).start()
const ask = async () => (await flow.post('/', ['x'])).texts[0]
console.log(await ask())
writeFileSync(${JSON.stringify(file)}, ${JSON.stringify(yaml('B'))})
while ((await ask()) !== 'xB') await Bun.sleep(10)
console.log(await ask())
`)
  expect([code, stdout]).toEqual([0, 'xA\nxB\n'])
  expect(stderr).toContain('replaced a')
}, 20_000)
test('YAML is read wherever a program names it: around shards, in text, by either spelling of the option', async () => {
  writeFileSync(path.join(folder, 'inline.ts'), CLASSES.replace('Deployment, ', '').replace('Flow, ', ''))
  const { code, stdout, stderr } = await run(`import { Flow } from 'xserve'
const text = (word: string) => 'jtype: Adds\\npy_modules: [${folder}/inline.ts]\\nwith: {word: "' + word + '"}\\n'
await using flow = await new Flow()
  .add({ uses: text('a'), shards: 2, usesBefore: text('b'), uses_after: text('c') } as never)
  .start()
console.log((await flow.post('/', ['x'])).texts.join())
`)
  expect([code, stdout, stderr.includes('ERROR')]).toEqual([0, 'xbac\n', false])
})
