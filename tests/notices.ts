/**
 * Part of `make dist`: the licences of everything that the executables carry, in one file beside them, since most ask for that.
 * `bun tests/notices.ts FILE`; fails for a package that says nothing of its licence.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly homepage?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

const [out = 'dist/release/THIRD-PARTY-NOTICES.txt'] = process.argv.slice(2)
const read = (folder: string) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest

/** Where the package that `from` asks for lies: in its own node_modules, or in one above. */
function find(name: string, from: string): string | null {
  for (let at = from; ; at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name)
    if (existsSync(folder)) return folder
    if (path.dirname(at) === at) return null
  }
}

const folders = new Set<string>()
function collect(folder: string): void {
  for (const name of Object.keys(read(folder).dependencies ?? {})) {
    // Declarations are gone once it is built.
    if (name.startsWith('@types/')) continue
    const found = find(name, folder)
    if (found === null || folders.has(found)) continue
    folders.add(found)
    collect(found)
  }
}
collect(process.cwd())

const bun = `Bun ${Bun.version}, MIT, with the libraries that https://bun.com/docs/project/license names`
const parts = [`What the executable of xserve carries of others, and its licences.\n\n${bun}\n`]
for (const folder of [...folders].sort()) {
  const { name, version, license, homepage } = read(folder)
  const texts = readdirSync(folder).filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file))
  if (license === undefined && texts.length === 0) {
    console.error(`${name} ${version} does not say under which licence it is`)
    process.exit(1)
  }
  const head = [`${name} ${version}`, license, homepage].filter((word) => word !== undefined).join(' · ')
  const body = texts.map((file) => readFileSync(path.join(folder, file), 'utf8').trim())
  parts.push(`${'-'.repeat(80)}\n${head}\n\n${body.join('\n\n')}\n`)
}
writeFileSync(out, parts.join('\n'))
console.log(`${out}: ${folders.size} packages`)
