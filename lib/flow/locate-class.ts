/** Where a class comes from, so that a worker can load it: the module that exports it, or else the script itself. */
import path from 'node:path'
import { XserveError } from '../errors.ts'
import { Executor } from '../executor/executor.ts'
import type { ExecutorClass } from '../executor/handover.ts'
import type { UsesPlan } from '../plan/plan.ts'

/** The script that runs, when it is not the program's entry. */
let script: string | null = null

export function setScript(file: string): void {
  script = file
}

/** Classes that only the script knows, by name: its workers look for them by that. */
const ofScript = new Map<string, ExecutorClass>()

/** Throws XserveError BAD_ARGUMENT for what is no executor, and for a class that cannot be found again by its name. */
export function locateClass(Class: ExecutorClass): UsesPlan {
  if (!((Class as { prototype?: unknown }).prototype instanceof Executor)) {
    throw new XserveError('BAD_ARGUMENT', `uses is ${whatIs(Class)}, which is no executor`, {
      hint: 'a class that extends Executor, the name of a file, or docker://image',
    })
  }
  for (const [file, module] of Object.entries(require.cache)) {
    for (const [name, value] of exportsOf(module)) {
      if (value === Class)
        return {
          kind: 'module',
          modules: [file],
          className: name === 'default' ? Class.name || null : name,
          config: null,
        }
    }
  }
  const { name } = Class
  if (name === '') {
    throw new XserveError('BAD_ARGUMENT', 'the executor is a class without a name', {
      hint: 'give it one: class MyExec extends Executor',
    })
  }
  const other = ofScript.get(name)
  if (other !== undefined && other !== Class) {
    throw new XserveError('BAD_ARGUMENT', `two classes of the script are called ${name}`, {
      hint: 'give one another name',
    })
  }
  ofScript.set(name, Class)
  return { kind: 'module', modules: [script ?? Bun.main], className: name, config: null }
}

const whatIs = ({ name }: { readonly name: string }): string => (name === '' ? 'a function' : name)

/** The module that exports an executor of this name, among those that the program has loaded; null: none does, or several do. */
export function findClassFile(name: string): string | null {
  const found = new Set<string>()
  for (const [file, module] of Object.entries(require.cache)) {
    if (!path.isAbsolute(file) || /[\\/]node_modules[\\/]/.test(file)) continue
    for (const [exported, value] of exportsOf(module)) {
      const isNamed = exported === name || (exported === 'default' && (value as { name?: unknown })?.name === name)
      if (isNamed && typeof value === 'function' && value.prototype instanceof Executor) found.add(file)
    }
  }
  const [file, ...others] = found
  return file !== undefined && others.length === 0 ? file : null
}

/** A module that is still being loaded has none that could be read. */
function exportsOf(module: unknown): [string, unknown][] {
  try {
    return Object.entries((module as { exports?: object }).exports ?? {})
  } catch {
    return []
  }
}
