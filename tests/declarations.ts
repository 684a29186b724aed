/**
 * Part of `make build`: the declaration files of the public module and of all that it names, as one JSON text (path →
 * content) that `xserve types` carries. Usage: declarations.ts OUT
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const ROOT = path.join(import.meta.dir, '..')
const out = process.argv[2]
if (out === undefined) throw new Error('usage: declarations.ts OUT')

/** `Symbol.dispose`, the decorators’ metadata and half-precision arrays are not in every project's library. */
const LIBRARIES = ['esnext.disposable', 'esnext.decorators', 'esnext.float16', 'dom']

const folder = mkdtempSync(path.join(tmpdir(), 'xserve-declarations-'))
try {
  const configuration = {
    extends: path.join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      stripInternal: true,
      outDir: path.join(folder, 'out'),
      rootDir: path.join(ROOT, 'lib'),
      typeRoots: [path.join(ROOT, 'node_modules')],
    },
    include: [path.join(ROOT, 'lib/index.ts')],
  }
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(configuration))
  const compiler = Bun.spawnSync([process.execPath, '--bun', path.join(ROOT, 'node_modules/.bin/tsc'), '-p', folder], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (compiler.exitCode !== 0) throw new Error(`tsc ended with ${compiler.exitCode}`)
  writeFileSync(out, JSON.stringify(reachable('index.ts')))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The declarations of a module and of every module that they name. A package would not be there for who has none. */
function reachable(entry: string): Record<string, string> {
  const files: Record<string, string> = {}
  const left = [entry]
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const target = name.replace(/\.ts$/, '.d.ts')
    if (target in files) continue
    const text = readFileSync(path.join(folder, 'out', target), 'utf8')
    for (const [, specifier] of text.matchAll(/\b(?:from|import) ?\(?["']([^"']+)["']/g)) {
      if (specifier?.startsWith('.')) left.push(path.join(path.dirname(name), specifier))
      else
        throw new Error(`the declarations of ${name} need the package ${specifier}: keep it out of the public surface`)
    }
    files[target] = target === 'index.d.ts' ? LIBRARIES.map(reference).join('') + text : text
  }
  return files
}

function reference(library: string): string {
  return `/// <reference lib="${library}" />\n`
}
