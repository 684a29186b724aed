/** `xserve types`: a project that has installed nothing is checked by tsc against the SDK. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { xserve } from '../helpers/xserve.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'xserve-types-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const TSC = path.join(import.meta.dir, '../../node_modules/.bin/tsc')

function check(...options: string[]): { code: number | null; output: string } {
  const run = Bun.spawnSync([process.execPath, '--bun', TSC, '--noEmit', '--ignoreConfig', ...options, 'exec.ts'], {
    cwd: folder,
    timeout: 60_000,
  })
  return { code: run.exitCode, output: `${run.stdout}${run.stderr}` }
}

const executor = (body: string) => `import { Client, Document, type DocumentArray, Executor, requests } from 'xserve'
export default class MyExec extends Executor {
  @requests({ on: '/x' })
  async greet({ docs, parameters }: { docs: DocumentArray; parameters: Record<string, unknown> }) {
    for (const doc of docs) doc.text = String(parameters.greeting ?? doc.text)
    ${body}
  }
}
export const client = (): Client => new Client('grpc://localhost:1')
`

test('types are right, wrong code is told, in the loosest and in the strictest project', async () => {
  const done = await xserve(['types', folder, '--json'])
  expect(done.code).toBe(0)
  expect(JSON.parse(done.stdout)).toMatchObject({ folder: path.join(folder, 'node_modules/@types/xserve') })

  writeFileSync(path.join(folder, 'exec.ts'), executor(`docs.push(new Document({ text: 'one' }))`))
  expect(check()).toEqual({ code: 0, output: '' })
  expect(check('--strict', '--skipLibCheck', 'false', '--exactOptionalPropertyTypes')).toEqual({ code: 0, output: '' })

  writeFileSync(path.join(folder, 'exec.ts'), executor('docs.nothing()'))
  expect(check().output).toContain("Property 'nothing' does not exist on type 'DocumentArray'")
}, 90_000)

test('a folder that is not there is an error of usage', async () => {
  const { code, stderr } = await xserve(['types', path.join(folder, 'nowhere')])
  expect(code).toBe(2)
  expect(stderr).toContain('FILE_NOT_FOUND')
})
