/** The npm package: packed, installed into an empty project, and used from there by plain Bun and by the compiler. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const ROOT = path.join(import.meta.dir, '../..')
const project = mkdtempSync(path.join(tmpdir(), 'xserve-package-'))
afterAll(() => rmSync(project, { recursive: true, force: true }))

async function run(command: readonly string[], cwd = project) {
  const child = Bun.spawn([...command], { cwd, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, stdout, stderr }
}
const bun = (...args: string[]) => run([process.execPath, ...args])

const PROGRAM = `import { type DocumentArray, Executor, Flow, requests } from 'xserve'
export class Adds extends Executor {
  @requests()
  add({ docs }: { docs: DocumentArray }) {
    for (const doc of docs) doc.text = (doc.text ?? '') + '!'
  }
}
await using flow = await new Flow().add({ uses: Adds }).start()
console.log((await flow.post('/', ['x', 'y'])).texts.join(','))
`

test('a program with the package runs under Bun, its types need no option, and the command is there', async () => {
  const packed = await run([process.execPath, path.join(ROOT, 'tests/package.ts')], ROOT)
  expect([packed.code, packed.stderr]).toEqual([0, ''])
  writeFileSync(path.join(project, 'package.json'), '{"name":"app","type":"module"}')
  const added = await bun('add', packed.stdout.trim())
  expect([added.code, added.code === 0 ? '' : added.stderr]).toEqual([0, ''])
  writeFileSync(path.join(project, 'program.ts'), PROGRAM)
  expect(await bun('program.ts')).toEqual({ code: 0, stdout: 'x!,y!\n', stderr: '' })

  const options = { strict: true, target: 'es2022', module: 'nodenext', noEmit: true, types: [] }
  writeFileSync(
    path.join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['checked.ts'] }),
  )
  writeFileSync(
    path.join(project, 'checked.ts'),
    `${PROGRAM}// @ts-expect-error: a class, not a number
new Flow().add({ uses: 5 })
`,
  )
  const checked = await bun('--bun', path.join(ROOT, 'node_modules/.bin/tsc'), '-p', '.')
  expect([checked.code, checked.stdout]).toEqual([0, ''])

  expect((await bun('--bun', 'node_modules/.bin/xserve', '--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
}, 120_000)
