/**
 * `make package`: the npm package, for programs that use the SDK under Bun, as dist/xserve-VERSION.tgz. Sources are what is
 * shipped; editors get declarations, which ask for no compiler option of theirs. Prints the path.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.join(import.meta.dir, '..')
const types = path.join(ROOT, 'dist/types')

const declarations = JSON.parse(readFileSync(path.join(ROOT, 'dist/declarations.txt'), 'utf8')) as Record<
  string,
  string
>
rmSync(types, { recursive: true, force: true })
for (const [name, text] of Object.entries(declarations)) {
  const file = path.join(types, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}
const packed = Bun.spawnSync([process.execPath, 'pm', 'pack', '--destination', 'dist', '--quiet'], {
  cwd: ROOT,
  stderr: 'inherit',
})
if (packed.exitCode !== 0) throw new Error(`bun pm pack ended with ${packed.exitCode}`)
console.log(packed.stdout.toString().trim())
