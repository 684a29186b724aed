/** Files and folders that the user of the program may not read or write. Root may all, so as root the program is another user's. */
import { afterAll, expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { COMMAND, temporaryFolder } from '../helpers/xserve.ts'

const folder = temporaryFolder({
  'flow.yml': "jtype: Flow\nexecutors: [{name: a, uses: 'docker://acme/a:1'}]\n",
  'secret.yml': 'jtype: Flow\n',
  'secret.ts': 'export {}\n',
  'open.ts': 'export default () => {}\n',
  'names-secret.yml': 'jtype: Flow\nexecutors: [{uses: secret.ts}]\n',
})
afterAll(() => folder[Symbol.dispose]())
const at = (name: string) => path.join(folder.path, name)
for (const name of ['secret.yml', 'secret.ts']) chmodSync(at(name), 0)
mkdirSync(at('closed/inner'), { recursive: true })
chmodSync(at('closed'), 0)
chmodSync(folder.path, 0o555)
// The checkout may lie where the other user has no way to.
const [binary, ...sources] = COMMAND
copyFileSync(binary!, at('program'))
chmodSync(at('program'), 0o755)

const NOBODY = 65_534
const isRoot = process.getuid?.() === 0

function run(...args: string[]) {
  const { status, stderr } = spawnSync(at('program'), [...sources, ...args], {
    cwd: folder.path,
    env: { PATH: process.env.PATH, HOME: folder.path, NO_COLOR: '1' },
    timeout: 20_000,
    encoding: 'utf8',
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  })
  return { status, stderr }
}

test.each([
  { args: ['check', 'secret.yml'], says: 'secret.yml cannot be read: this user may not read it' },
  { args: ['flow', 'secret.yml'], says: 'secret.yml cannot be read: this user may not read it' },
  { args: ['check', 'names-secret.yml'], says: 'secret.ts' },
  { args: ['run', 'secret.ts'], says: 'secret.ts' },
  { args: ['check', 'closed/inner/flow.yml'], says: 'closed/inner/flow.yml' },
  { args: ['export', 'k8s', 'flow.yml', 'k8s'], says: 'permission denied' },
  { args: ['export', 'k8s', 'flow.yml', 'closed/inner'], says: 'permission denied' },
  { args: ['export', 'compose', 'flow.yml', 'closed/inner/compose.yml'], says: 'permission denied' },
  { args: ['export', 'schema', 'closed/schema.json'], says: 'permission denied' },
  { args: ['export', 'flowchart', 'flow.yml', 'closed/flow.svg'], says: 'permission denied' },
  { args: ['new', 'closed/project'], says: 'permission denied' },
  { args: ['run', 'open.ts', '--host', 'unix:closed/a'], says: 'this user may not do that' },
  { args: ['types', 'closed'], says: 'closed' },
])('$args', ({ args, says }) => {
  const { status, stderr } = run(...args)
  expect(stderr).toContain(says)
  expect(stderr).not.toContain('[INTERNAL]')
  expect(stderr).not.toMatch(/^ +at /m)
  expect([1, 2]).toContain(status!)
})
