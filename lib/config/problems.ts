/** Everything that is wrong with a configuration, collected, so that it is told at once. */
import { type ErrorCode, type Problem, XserveError } from '../errors.ts'
import type { Given } from './given.ts'

/** What is to be said of a value is this, and perhaps what to do. */
type Say = (at: Given, message: string, hint?: string) => void

export interface Problems {
  readonly found: readonly Problem[]
  readonly warnings: readonly Problem[]
  readonly add: Say
  readonly warn: Say
  /** What another reading found: all its problems, or the error itself at this place. Rethrows what is no error of ours. */
  take(at: Given, error: unknown): void
  /** Throws XserveError if anything was found. */
  settle(code: ErrorCode): void
}

export function createProblems(): Problems {
  const found: Problem[] = []
  const warnings: Problem[] = []
  const sayer =
    (list: Problem[]): Say =>
    (at, message, hint) => {
      const problem = problemAt(at, message, hint)
      if (!list.some((one) => sentence(one) === sentence(problem))) list.push(problem)
    }
  const add = sayer(found)
  return {
    found,
    warnings,
    add,
    warn: sayer(warnings),
    take(at, error) {
      if (!(error instanceof XserveError)) throw error
      const { problems, hint } = error.details
      if (problems) found.push(...problems)
      else add(at, error.message, hint)
    },
    settle(code) {
      if (found.length > 0) throw errorOf(code, inReadingOrder(found))
    },
  }
}

export function problemAt({ source, path, value }: Given, message: string, hint?: string): Problem {
  const place = source.placeOf(path)
  const raw = source.rawAt(path)
  const from = typeof raw === 'string' && raw.includes('$') && raw !== value ? ` (written as ${raw})` : ''
  return {
    file: source.file,
    line: place?.line ?? null,
    column: place?.column ?? null,
    path: source.textOf(path),
    message: `${message}${from}`,
    hint,
  }
}

/** As a reader meets them; files in the order in which they were read. */
function inReadingOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))]
  const rank = ({ file, line, column }: Problem) => [files.indexOf(file), line ?? 0, column ?? 0]
  return problems.toSorted((a, b) => {
    const [one, other] = [rank(a), rank(b)]
    const at = one.findIndex((number, index) => number !== other[index])
    return at === -1 ? 0 : one[at]! - other[at]!
  })
}

/** `file:line:column path: message`, as far as each is known. */
export function sentence({ file, line, column, path, message }: Problem): string {
  const place = file === null ? '' : line === null ? `${file} ` : `${file}:${line}:${column} `
  return `${place}${path === '' ? '' : `${path}: `}${message}`
}

/** One problem is an error with its hint; several are a list. */
export function errorOf(code: ErrorCode, problems: readonly Problem[]): XserveError {
  const [first, ...others] = problems
  if (first === undefined) return new XserveError('INTERNAL', 'a configuration was refused without a reason')
  if (others.length === 0) {
    const { hint } = first
    return new XserveError(code, sentence(first), { problems, hint })
  }
  const lines = problems.map((one) => `  ${sentence(one)}${one.hint === undefined ? '' : ` (${one.hint})`}`)
  return new XserveError(code, `${problems.length} things are wrong:\n${lines.join('\n')}`, { problems })
}
