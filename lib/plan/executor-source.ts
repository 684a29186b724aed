/** `file.ts` or `file.ts#Name` from the command line, checked: which module to load and which class in it. */
import path from 'node:path'
import { isModuleName } from '../config/file-names.ts'
import { isFile, isFolder, whatIsThere } from '../config/unreadable.ts'
import { XserveError } from '../errors.ts'

export interface ExecutorSource {
  /** Absolute path. */
  readonly file: string
  readonly className: string | null
}

/** Throws XserveError FILE_NOT_FOUND, BAD_ARGUMENT. */
export function resolveExecutorSource(given: string, className: string | undefined, folder: string): ExecutorSource {
  const hash = given.lastIndexOf('#')
  const named = hash > 0 && !isFile(path.resolve(folder, given)) ? given.slice(hash + 1) : undefined
  const file = path.resolve(folder, named === undefined ? given : given.slice(0, hash))
  if (named !== undefined && className !== undefined && named !== className) {
    throw new XserveError('BAD_ARGUMENT', `two classes are named: #${named} and --executor ${className}`)
  }
  if (!isFile(file)) throw notFound(file, given)
  if (!isModuleName(file)) {
    throw new XserveError('BAD_ARGUMENT', `${given} is no TypeScript or JavaScript file`, {
      hint: 'an executor is a module: .ts, .tsx, .mts, .cts, .js, .jsx, .mjs or .cjs',
    })
  }
  return { file, className: named || className || null }
}

function notFound(file: string, given: string): XserveError {
  if (isFolder(file)) {
    return new XserveError('FILE_NOT_FOUND', `${given} is a folder, not an executor's file`)
  }
  const folder = path.dirname(file)
  const hint = whatIsThere(file, isModuleName, 'executor files')
  if (hint !== undefined) return new XserveError('FILE_NOT_FOUND', `there is no file ${given}`, { hint })
  return new XserveError('FILE_NOT_FOUND', `there is no file ${given}: the folder ${folder} does not exist`)
}
