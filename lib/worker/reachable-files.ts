/**
 * The user's files that a module is made of, by what they say they import: for a module that cannot be loaded, so that
 * nobody else can tell. Files that are missing are among them, under the names that they could have.
 */

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { isModuleName } from '../config/file-names.ts'

/** Beyond that a change of the rest is found all the same when it lies near the executor. */
const MOST_FILES = 2000
/** Names that an import without an ending may mean. */
const ENDINGS = ['.ts', '.tsx', '.js', '.mjs', '.json', '/index.ts', '/index.js'] as const

/** Also where the transpiler gives up at a syntax error. */
const IMPORTS = /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*(['"])([^'"\n]+)\1/g

/** Absolute paths, those in node_modules left out; `files` are absolute, too. */
export function reachableFiles(files: readonly string[]): string[] {
  const found = new Set(files)
  // A set is walked to its end while it grows.
  for (const file of found) {
    if (found.size >= MOST_FILES) break
    for (const imported of importsOf(file)) {
      for (const target of targetsOf(imported, path.dirname(file))) {
        if (!/[\\/]node_modules[\\/]/.test(target)) found.add(target)
      }
    }
  }
  return [...found]
}

function importsOf(file: string): readonly string[] {
  if (!isModuleName(file)) return []
  let source: string
  try {
    source = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  try {
    const loader = /x$/.test(file) ? 'tsx' : /\.[cm]?js$/.test(file) ? 'js' : 'ts'
    return new Bun.Transpiler({ loader }).scanImports(source).map((one) => one.path)
  } catch {
    return [...source.matchAll(IMPORTS)].map(([, , specifier]) => specifier!)
  }
}

function targetsOf(specifier: string, folder: string): readonly string[] {
  try {
    const resolved = Bun.resolveSync(specifier, folder)
    return path.isAbsolute(resolved) ? [resolved] : []
  } catch {
    if (!/^\.{0,2}\//.test(specifier)) return []
    const file = path.resolve(folder, specifier)
    return path.extname(file) === '' ? ENDINGS.map((ending) => file + ending) : [file]
  }
}
