/** Executors that are images, in a Flow on this machine, run by a real engine: `make cluster`. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Client } from '../../lib/client/client.ts'
import { until } from '../helpers/until.ts'
import { startServer, xserve } from '../helpers/xserve.ts'
import { buildImages, place, sh, toldBy } from './images.ts'
import { pythonImage } from './python-image.ts'

const at = place()
let python: string

beforeAll(async () => {
  await buildImages(at)
  python = await pythonImage()
}, 180_000)
afterAll(() => at[Symbol.dispose]())

/** Those of the program with this process id, which is in their names. */
const containersOf = async (pid: number): Promise<readonly string[]> => {
  const told = await sh('docker', 'ps', '--filter', `name=-${pid}-`, '--format', '{{.ID}} {{.Names}}')
  return told.split('\n').filter((line) => line !== '')
}
const flow = () =>
  at.write(
    'flow.yml',
    `jtype: Flow
executors:
  - {name: teller, uses: 'docker://xserve-test-teller:one', replicas: 2, env: {MODE: loud}, uses_with: {suffix: '!'}}
  - {name: signer, uses: 'docker://${python}', uses_with: {suffix: ' is'}}
`,
  )

test('of both languages; one that is killed is started again, all end with the Flow', async () => {
  const server = await startServer('flow', [flow()])
  using client = new Client(server.address)
  const ask = async () => toldBy((await client.post('/', ['hi'])).texts[0])
  const hosts = new Set<string>()
  while (hosts.size < 2) {
    const told = await ask()
    expect(told).toMatchObject({ version: 'one', mode: 'loud', text: expect.stringMatching(/^hi! is signed \w/) })
    hosts.add(told.host)
  }
  expect(await containersOf(server.pid)).toHaveLength(3)
  const [victim] = hosts
  await sh('docker', 'kill', victim!)
  await server.seen(/teller\/rep-\d: the container of .* ended with .*it is started again/)
  for (let i = 0; i < 10; i++) expect((await ask()).host).not.toBe(victim!)
  await until(async () => (await containersOf(server.pid)).length === 3)
  // What Jina colours for a terminal is plain in a file.
  expect(server.stderr() + server.stdout()).not.toContain('\x1b[')
  expect(await server.stop()).toBe(0)
  expect(await containersOf(server.pid)).toEqual([])
})

test('the parent killed: the containers end', async () => {
  const server = await startServer('flow', [flow()])
  expect(await containersOf(server.pid)).toHaveLength(3)
  server.signal('SIGKILL')
  await server.exited
  await until(async () => (await containersOf(server.pid)).length === 0)
})

test('an image that is not there is told with what the engine said', async () => {
  const file = at.write(
    'missing.yml',
    "jtype: Flow\nexecutors: [{name: lost, uses: 'docker://xserve-test-nowhere:1'}]\n",
  )
  const { code, stderr } = await xserve(['flow', file], { timeoutMs: 60_000 })
  expect(code).toBe(1)
  expect(stderr).toContain('lost')
  expect(stderr).toContain('xserve-test-nowhere')
  expect(stderr).toContain('[START_FAILED]')
})
