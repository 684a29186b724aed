/**
 * Writes the SDK's declaration files into a project, so that an editor knows `import … from 'xserve'` although nothing has
 * been installed: TypeScript looks into node_modules/@types for a module without a package.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { unwritable } from '../config/unwritable.ts'
import { XserveError } from '../errors.ts'

export interface DeclarationsOptions {
  /** The project's folder; it must be there. */
  readonly folder: string
  /** Path → text. */
  readonly files: Readonly<Record<string, string>>
  readonly version: string
}

export interface WrittenDeclarations {
  /** Absolute path of the folder written. */
  readonly folder: string
  readonly files: number
  /** The project has the package itself, whose own types win. */
  readonly shadowed: boolean
}

/**
 * The folder is exchanged as a whole: an editor never sees half of it, and files of another version leave. Throws
 * XserveError FILE_NOT_FOUND for a folder that is not there, BAD_ARGUMENT when it cannot be written or holds other types.
 */
export function writeDeclarations({ folder, files, version }: DeclarationsOptions): WrittenDeclarations {
  if (!existsSync(folder)) throw new XserveError('FILE_NOT_FOUND', `there is no folder ${folder}`)
  const modules = path.join(folder, 'node_modules')
  const target = path.join(modules, '@types', 'xserve')
  refuseForeign(target)
  const draft = `${target}.${process.pid}.tmp`
  const manifest = { name: '@types/xserve', version, types: 'index.d.ts', description: 'Written by: xserve types' }
  try {
    const all = Object.entries({ ...files, 'package.json': `${JSON.stringify(manifest, null, 2)}\n` })
    for (const [name, text] of all) {
      const file = path.join(draft, name)
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    rmSync(target, { recursive: true, force: true })
    renameSync(draft, target)
    return { folder: target, files: all.length, shadowed: existsSync(path.join(modules, 'xserve', 'package.json')) }
  } catch (error) {
    if (existsSync(draft)) rmSync(draft, { recursive: true })
    throw unwritable(target, error)
  }
}

/** What is there and not ours stays. */
function refuseForeign(target: string): void {
  if (!existsSync(target)) return
  let description: unknown
  try {
    description = (JSON.parse(readFileSync(path.join(target, 'package.json'), 'utf8')) as { description?: unknown })
      .description
  } catch {
    description = undefined
  }
  if (description === 'Written by: xserve types') return
  throw new XserveError('BAD_ARGUMENT', `${target} is there and was not written by xserve types`, {
    hint: 'remove it, then run the command again',
  })
}
