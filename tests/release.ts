/** Last step of `make dist`: runs the executables that can run on this machine, and says which could not be tried. */
import { readdirSync } from 'node:fs'
import path from 'node:path'

const folder = process.argv[2] ?? 'dist/release'
const here = `${process.platform}-${process.arch}`

let failed = false
for (const name of readdirSync(folder).filter((file) => file.startsWith('xserve-'))) {
  if (!name.endsWith(here)) {
    console.log(`${name}: untried, this machine is ${here}`)
    continue
  }
  const run = Bun.spawnSync([path.join(folder, name), '--version'], { timeout: 10_000 })
  const said = run.stdout.toString().trim()
  console.log(`${name}: ${run.exitCode === 0 ? `runs, version ${said}` : `does not run: ${run.stderr}`}`)
  failed ||= run.exitCode !== 0
}
process.exit(failed ? 1 : 0)
