/** `uses` in all its forms: a module, an executor's YAML, a folder with one, an image, an inline executor, a class by name. */
import path from 'node:path'
import { isYamlName, isYamlText } from '../config/file-names.ts'
import { type Given, memberOf, membersOf } from '../config/given.ts'
import { shown } from '../config/option-value.ts'
import { type Options, readOptions } from '../config/read-options.ts'
import { isFile, isFolder } from '../config/unreadable.ts'
import { nearest } from '../nearest.ts'
import { isObject } from '../objects.ts'
import { resolveExecutorSource } from './executor-source.ts'
import { missingFrom } from './module-classes.ts'
import type { UsesPlan } from './plan.ts'
import { type Reading, readFile, resolvePath, yamlReader } from './reading.ts'

/** What an executor's YAML says besides its class; options of the Flow's item go before. */
export interface ReadUses {
  readonly uses: UsesPlan
  readonly options: Options
}

const IMAGE = /^(?:docker|jinaai\+docker|jinahub\+docker):\/\/(.+)$/
const HUB = /^(?:jinaai|jinahub):\/\//
const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i
const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*$/u
/** Keys of an executor's YAML that are options under another name. */
const RENAMED: Readonly<Record<string, string>> = {
  with: 'uses_with',
  metas: 'uses_metas',
  requests: 'uses_requests',
  dynamic_batching: 'uses_dynamic_batching',
}
const OWN_KEYS: readonly string[] = ['jtype', 'version', 'py_modules', 'modules', ...Object.keys(RENAMED)]
/** What only the Flow can say of it. */
const OF_ITEM: ReadonlySet<string> = new Set([
  'name',
  'uses',
  'py_modules',
  'needs',
  'method',
  'external',
  'host',
  'port',
])
/** Jina's executor without endpoints. */
export const PASSES_ON = 'BaseExecutor'
const NOTHING: Options = new Map()

/** Whether it is read from YAML: in a file, a folder, or as text. */
export function isYaml(given: unknown, folder: string): boolean {
  if (typeof given !== 'string') return false
  if (isYamlName(given) || isYamlText(given)) return true
  return !IMAGE.test(given) && configIn(path.resolve(folder, given)) !== null
}

/** Whether it is a container image by its scheme. */
export const isImageName = (given: unknown): boolean => typeof given === 'string' && IMAGE.test(given)

/** `modules`: files of the item's `py_modules`. null: problems were added. */
export function readUses(at: Given, modules: readonly string[], reading: Reading): ReadUses | null {
  const { value: given } = at
  const { problems } = reading
  if (isLocated(given, at)) return { uses: given, options: NOTHING }
  if (isObject(given)) return readExecutor(at, modules, null, reading)
  if (typeof given !== 'string') {
    problems.add(at, `uses is ${shown(given)}, which names no executor`)
    return null
  }
  const image = IMAGE.exec(given)?.[1]
  if (image !== undefined) return { uses: { kind: 'image', image, written: given }, options: NOTHING }
  if (HUB.test(given)) {
    problems.add(at, `${given} is in an executor store, which is not asked here`, 'docker://image names an image')
    return null
  }
  if (given.trim() === '') {
    problems.add(at, 'uses is empty, which names no executor', 'leave it out, and everything is passed on')
    return null
  }
  if (SCHEME.test(given)) {
    problems.add(at, `${given} names no executor`, 'my_executor.ts is a file, docker://image an image')
    return null
  }
  if (isYamlText(given)) return readText(at, given, modules, reading)
  const resolved = resolvePath(at, given, reading)
  const yaml = isYamlName(given) ? resolved : configIn(resolved)
  if (yaml !== null) {
    if (!isFile(yaml)) {
      const isFolder = yaml !== resolved
      problems.add(
        at,
        isFolder ? `${given} is a folder without a config.yml` : `there is no file ${given}`,
        isFolder ? "name the executor's file" : `looked for in ${path.dirname(resolved)}`,
      )
      return null
    }
    try {
      return readExecutor(readFile(yaml, reading), modules, yaml, reading)
    } catch (error) {
      problems.take(at, error)
      return null
    }
  }
  // A name alone is that of a class in the modules.
  if (NAME.test(given) && (modules.length > 0 || !isFile(resolved))) return byName(given, at, modules, reading)
  return readModule(given, at, modules, reading)
}

/** Of a program: its class has been found already. */
function isLocated(given: unknown, { source }: Given): given is UsesPlan {
  return source.file === null && isObject(given) && typeof given.kind === 'string'
}

function byName(className: string, at: Given, modules: readonly string[], reading: Reading): ReadUses | null {
  const { problems } = reading
  if (className === PASSES_ON) return { uses: { kind: 'pass' }, options: NOTHING }
  const files = modules.length > 0 ? modules : loadedFile(className, reading)
  if (files.length > 0 || reading.keepsNames)
    return checked({ kind: 'module', modules: files, className, config: null }, at, reading)
  problems.add(
    at,
    `${className} is neither a file nor a class of one`,
    `name the file: uses: my_executor.ts#${className}, or py_modules: [my_executor.ts]`,
  )
  return null
}

/** A program need not name the file of a class that it has imported. */
function loadedFile(className: string, reading: Reading): readonly string[] {
  const file = reading.classFile?.(className) ?? null
  return file === null ? [] : [file]
}

function readModule(given: string, at: Given, modules: readonly string[], reading: Reading): ReadUses | null {
  try {
    const folder = path.dirname(resolvePath(at, 'file', reading))
    const { file, className } = resolveExecutorSource(given, undefined, folder)
    return checked({ kind: 'module', modules: [file, ...modules], className, config: null }, at, reading)
  } catch (error) {
    reading.problems.take(at, error)
    return null
  }
}

/** The class is looked for in the text of the modules. */
function checked(uses: UsesPlan & { kind: 'module' }, at: Given, reading: Reading): ReadUses | null {
  const { problems, checksClasses } = reading
  const names = uses.className === null || !checksClasses ? null : missingFrom(uses.modules, uses.className)
  if (names === null) return { uses, options: NOTHING }
  const files = uses.modules.map((file) => path.basename(file)).join(', ')
  const guess = nearest(uses.className!, names)
  const list = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ')}`
  problems.add(
    at,
    `${files} exports no Executor named ${uses.className}`,
    guess === undefined ? list : `did you mean ${guess}? ${list}`,
  )
  return null
}

/** YAML in a text: its problems are at the place of the text. */
function readText(at: Given, text: string, modules: readonly string[], reading: Reading): ReadUses | null {
  try {
    const { value } = yamlReader().parseYaml(text, at.source.file ?? 'uses')
    const source = {
      ...at.source,
      placeOf: () => at.source.placeOf(at.path),
      rawAt: () => undefined,
      writtenAt: () => undefined,
    }
    return readExecutor({ value, path: at.path, source }, modules, null, reading)
  } catch (error) {
    reading.problems.take(at, error)
    return null
  }
}

/** An executor's YAML. `config`: its file; null: it stands in the Flow's. */
export function readExecutor(
  at: Given,
  modules: readonly string[],
  config: string | null,
  reading: Reading,
): ReadUses | null {
  const { problems } = reading
  if (!isObject(at.value)) {
    problems.add(at, 'an executor is described by keys: jtype, py_modules, with …')
    return null
  }
  const jtype = memberOf(at, 'jtype')
  if (jtype.value === 'Flow' || jtype.value === 'Deployment' || 'executors' in at.value) {
    const [what, command] = jtype.value === 'Deployment' ? ['a Deployment', 'run'] : ['a Flow', 'flow']
    problems.add(jtype, `this is ${what}, no executor`, `xserve ${command} serves it`)
    return null
  }
  if (jtype.value === undefined || jtype.value === null) {
    problems.add(at, 'jtype is missing: the name of the class', 'jtype: MyExecutor')
  } else if (typeof jtype.value !== 'string')
    problems.add(jtype, `jtype is the name of a class, not ${shown(jtype.value)}`)
  const options = readOptions('executor', { ...at, value: renamed(at.value) }, problems, {
    placeOf: ownPlaces(at),
    known: OWN_KEYS,
  })
  const files = modulesOf(options, reading)
  if (files === null || typeof jtype.value !== 'string') return null
  const named = [...files, ...modules]
  const all = named.length > 0 ? named : loadedFile(jtype.value, reading)
  if (all.length === 0) {
    const hint = 'name it: py_modules: [my_executor.ts]'
    const ofProgram = reading.classFile ? `${hint}, or import it from there` : hint
    problems.add(jtype, `which file is ${jtype.value} in?`, ofProgram)
    return null
  }
  // The one that its module exports as such, or the only one.
  const className = jtype.value === 'default' ? null : jtype.value
  const found = checked({ kind: 'module', modules: all, className, config }, jtype, reading)
  return found && { ...found, options: new Map([...options].filter(([name]) => !OF_ITEM.has(name))) }
}

/** As options are called; files named in `metas` are those of `py_modules`. */
function renamed(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    if (key !== 'jtype' && key !== 'version') out[RENAMED[key] ?? key] = value
  }
  const { metas } = given
  if (isObject(metas) && metas.py_modules !== undefined && given.py_modules === undefined) {
    const { py_modules, ...rest } = metas
    Object.assign(out, { uses_metas: rest, py_modules })
  }
  return out
}

/** Files, relative to the one that names them; null: one is not there. */
export function modulesOf(options: Options, reading: Reading): readonly string[] | null {
  const option = options.get('py_modules')
  if (option === undefined) return []
  const before = reading.problems.found.length
  const files: string[] = []
  for (const [index, name] of (option.value as readonly string[]).entries()) {
    const at = Array.isArray(option.at.value) ? memberOf(option.at, index) : option.at
    try {
      files.push(resolveExecutorSource(name, undefined, path.dirname(resolvePath(at, 'file', reading))).file)
    } catch (error) {
      reading.problems.take(at, error)
    }
  }
  return reading.problems.found.length > before ? null : files
}

/** Where a renamed key stands. */
function ownPlaces(at: Given): (name: string) => Given {
  const names = new Map(membersOf(at).map(([key]) => [RENAMED[key] ?? key, key]))
  return (name) => {
    const key = names.get(name)
    return key === undefined ? memberOf(memberOf(at, 'metas'), name) : memberOf(at, key)
  }
}

function configIn(folder: string): string | null {
  return isFolder(folder) ? path.join(folder, 'config.yml') : null
}
