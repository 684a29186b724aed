/** What readers of a configuration share: problems, variables, files, and how YAML is read where it must be. */
import path from 'node:path'
import type { Given } from '../config/given.ts'
import type { Problems } from '../config/problems.ts'
import { substitute, type Variables } from '../config/variables.ts'

export interface Reading {
  readonly problems: Problems
  readonly variables: Variables
  /** Where relative paths begin that stand in no file. */
  readonly folder: string
  /** Whether classes are looked for in the text of modules. Not where code is watched: what is missing may come yet. */
  readonly checksClasses: boolean
  /** Classes without a module are kept as such: an export, which needs none, tells of all of them. Default: false. */
  readonly keepsNames?: boolean
  /** Files that were read; absolute. */
  readonly files: Set<string>
  /** The file of a class that the program itself has loaded; null: none of this name. Default: it has loaded none. */
  readonly classFile?: ((className: string) => string | null) | undefined
}

/** Paths are relative to the file they stand in. */
export function resolvePath({ source: { file } }: Given, written: string, { folder }: Pick<Reading, 'folder'>): string {
  return path.resolve(file !== null && path.isAbsolute(file) ? path.dirname(file) : folder, written)
}

/** Loaded only where there is YAML: a start takes few milliseconds. */
export function yamlReader(): typeof import('../config/yaml-file.ts') {
  return require('../config/yaml-file.ts') as typeof import('../config/yaml-file.ts')
}

/** A YAML file with its variables replaced. Throws XserveError FILE_NOT_FOUND, BAD_CONFIG. */
export function readFile(file: string, reading: Reading): Given {
  const given = yamlReader().readYaml(file)
  reading.files.add(file)
  return substitute(given, reading.variables, reading.problems)
}

/** The same with more in the environment, which goes before what was there. */
export function withEnv(reading: Reading, env: Readonly<Record<string, string>>): Reading {
  return { ...reading, variables: { ...reading.variables, env: { ...reading.variables.env, ...env } } }
}
