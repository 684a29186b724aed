/** Whether a module has a class, found out from its text: no user code runs for it. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Names that the text exports; null: it cannot be told (a syntax error, CommonJS, `export *`), the worker will. */
export function exportedNames(file: string): readonly string[] | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
    if (/\bexport\s*\*\s*from\b|\bmodule\.exports\b|\bexports\.\w/.test(text)) return null
    const { exports } = new Bun.Transpiler({ loader: /x$/.test(file) ? 'tsx' : 'ts' }).scan(text)
    return exports.flatMap((name) => (name === 'default' ? defaultNames(text, file) : [name]))
  } catch {
    return null
  }
}

/** What is exported as default goes by its own name, and by that of its file where it has none. */
function defaultNames(text: string, file: string): readonly string[] {
  const named =
    /\bexport\s+default\s+(?:abstract\s+)?(?:class|(?:async\s+)?function\s*\*?)\s+([\p{L}_$][\p{L}\p{N}_$]*)/u.exec(
      text,
    )
  const variable = /\bexport\s+default\s+([\p{L}_$][\p{L}\p{N}_$]*)\s*;?\s*$/mu.exec(text)
  const alias = /\bexport\s*\{[^}]*?([\p{L}_$][\p{L}\p{N}_$]*)\s+as\s+default\b/u.exec(text)
  const name = (named ?? variable ?? alias)?.[1]
  return name === undefined || name === 'extends' ? [path.parse(file).name] : [name]
}

/** null: some module may have it. Else the names of classes that there are. */
export function missingFrom(modules: readonly string[], className: string): readonly string[] | null {
  const all: string[] = []
  for (const file of modules) {
    const names = exportedNames(file)
    if (names === null || names.includes(className)) return null
    // A class may go by another name than the one it is exported under.
    if (names.length > 0 && mentionsClass(file, className)) return null
    all.push(...names)
  }
  return all
}

function mentionsClass(file: string, name: string): boolean {
  return new RegExp(`\\bclass\\s+${RegExp.escape(name)}\\b`).test(readFileSync(file, 'utf8'))
}
