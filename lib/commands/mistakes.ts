/** Everything that is wrong with one command line, collected, so that it is told at once and in its order. */
import { errorOf } from '../config/problems.ts'
import { type Problem, XserveError } from '../errors.ts'

export interface Mistakes {
  /** `place`: which word of the command line it is about. */
  add(place: number, error: XserveError): void
  /** The same for what the reading throws; rethrows what is no error of ours. */
  collect(place: number, read: () => unknown): void
  /** Throws XserveError if anything was added. */
  settle(): void
}

/** `help`: the command that tells what may be given. */
export function createMistakes(help: string): Mistakes {
  const found: { readonly place: number; readonly error: XserveError }[] = []
  const add = (place: number, error: XserveError): void => {
    // Options that belong together may each have been read to the same end.
    if (!found.some((one) => one.error.message === error.message)) found.push({ place, error })
  }
  return {
    add,
    collect(place, read) {
      try {
        read()
      } catch (error) {
        if (!(error instanceof XserveError)) throw error
        add(place, error)
      }
    },
    settle() {
      if (found.length > 0)
        throw together(
          found.toSorted((a, b) => a.place - b.place).map(({ error }) => error),
          help,
        )
    },
  }
}

function together(errors: readonly XserveError[], help: string): XserveError {
  const [first, ...others] = errors as [XserveError, ...XserveError[]]
  if (others.length === 0) {
    const { hint } = first.details
    const more = isOfUsage(first) ? `${hint === undefined ? '' : `${hint} `}${help} shows the usage` : hint
    return new XserveError(first.code, first.message, { ...first.details, hint: more })
  }
  const code = others.every((error) => error.code === first.code) ? first.code : 'BAD_ARGUMENT'
  const { message, details } = errorOf(code, errors.flatMap(problemsOf))
  return new XserveError(code, message, { ...details, hint: `${help} shows the usage` })
}

/** What is no option at all is looked up; a value that is wrong has its own hint. */
const isOfUsage = ({ code, message }: XserveError): boolean =>
  code === 'UNKNOWN_OPTION' || message.startsWith('unexpected argument')

function problemsOf({ message, details }: XserveError): readonly Problem[] {
  const { problems, hint } = details
  if (problems) return problems
  return [{ file: null, line: null, column: null, path: '', message, hint }]
}
