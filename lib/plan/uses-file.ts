/** `uses` as YAML has it: a module, an executor's YAML, a folder with one, an image, an inline executor, a class by name. */
import { statSync } from 'node:fs'
import path from 'node:path'
import { substitute, type Variables } from '../config/variables.ts'
import { type Path, readYaml, type YamlFile } from '../config/yaml-file.ts'
import { XserveError } from '../errors.ts'
import { resolveExecutorSource } from './executor-source.ts'
import type { UsesPlan } from './plan.ts'

/** What an executor's YAML says besides its class; options of the Flow's item go before. */
export interface ReadUses {
  readonly uses: UsesPlan
  readonly options: Readonly<Record<string, unknown>>
  /** YAML files that it was read from. */
  readonly files: readonly string[]
}

export interface UsesPlace {
  readonly file: YamlFile
  readonly path: Path
  /** Files of the item's `py_modules`. */
  readonly modules: readonly string[]
  readonly variables: Variables
}

const IMAGE = /^(?:docker|jinaai\+docker|jinahub\+docker):\/\/(.+)$/
/** Keys of an executor's YAML → option of the Flow's item. */
const KEYS: Readonly<Record<string, string>> = {
  with: 'uses_with',
  metas: 'uses_metas',
  requests: 'uses_requests',
  dynamic_batching: 'uses_dynamic_batching',
  workspace: 'workspace',
  env: 'env',
}

/** Throws XserveError BAD_CONFIG with the place, FILE_NOT_FOUND. */
export function readUses(given: unknown, place: UsesPlace): ReadUses {
  const { file, path: at } = place
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    return readExecutor(given as Record<string, unknown>, file, at, place, null)
  }
  if (typeof given !== 'string') throw file.fault(at, `uses is ${JSON.stringify(given)}, which names no executor`)
  const image = IMAGE.exec(given)?.[1]
  if (image !== undefined) return { uses: { kind: 'image', image, written: given }, options: {}, files: [] }
  const folder = path.dirname(file.file)
  const resolved = path.resolve(folder, given)
  const yaml = /\.ya?ml$/i.test(given) ? resolved : configIn(resolved)
  if (yaml !== null) {
    if (!isFile(yaml)) throw file.fault(at, `there is no file ${given}`, `looked for in ${folder}`)
    const own = readYaml(yaml)
    const value = substitute(own, place.variables)
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw own.fault([], 'an executor is described by keys: jtype, py_modules, with …')
    return readExecutor(value as Record<string, unknown>, own, [], place, yaml)
  }
  // A name alone is that of a class in the modules.
  if (place.modules.length > 0 && /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(given)) {
    return { uses: { kind: 'module', modules: place.modules, className: given, config: null }, options: {}, files: [] }
  }
  try {
    const { file: module, className } = resolveExecutorSource(given, undefined, folder)
    return {
      uses: { kind: 'module', modules: [module, ...place.modules], className, config: null },
      options: {},
      files: [],
    }
  } catch (error) {
    if (!(error instanceof XserveError)) throw error
    throw file.fault(at, error.message, error.details.hint)
  }
}

function readExecutor(
  given: Readonly<Record<string, unknown>>,
  file: YamlFile,
  at: Path,
  place: UsesPlace,
  config: string | null,
): ReadUses {
  const options: Record<string, unknown> = {}
  let className: string | null = null
  let modules: readonly string[] = place.modules
  for (const [key, value] of Object.entries(given)) {
    if (key === 'jtype') {
      if (typeof value !== 'string') throw file.fault([...at, key], 'jtype is the name of a class')
      className = value
    } else if (key === 'py_modules' || key === 'modules')
      modules = [...modulesOf(value, file, [...at, key]), ...modules]
    else if (Object.hasOwn(KEYS, key)) {
      if (value !== null) options[KEYS[key]!] = value
    } else if (key !== 'version' && key !== 'name' && key !== 'description') {
      throw file.fault(
        [...at, key],
        `an executor's YAML has no ${key}`,
        `keys: jtype, py_modules, ${Object.keys(KEYS).join(', ')}`,
      )
    }
  }
  if (modules.length === 0)
    throw file.fault(at, `which file is ${className ?? 'the executor'} in?`, 'name it: py_modules: [my_executor.ts]')
  return {
    uses: { kind: 'module', modules, className, config },
    options,
    files: config === null ? [] : [config],
  }
}

/** Files, relative to the one that names them. */
export function modulesOf(value: unknown, file: YamlFile, at: Path): string[] {
  const names = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]
  return names.map((name, index) => {
    const resolved = typeof name === 'string' ? path.resolve(path.dirname(file.file), name) : ''
    if (isFile(resolved)) return resolved
    throw file.fault(Array.isArray(value) ? [...at, index] : at, `there is no file ${JSON.stringify(name)}`)
  })
}

const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() === true

function configIn(folder: string): string | null {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return null
  return path.join(folder, 'config.yml')
}
