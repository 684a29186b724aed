/** The only place that prints an error and ends the program. */

import { asXserveError, XserveError } from '../errors.ts'
import { jsonLine, type LogFormat } from '../log.ts'
import { paints, showsColours } from './colours.ts'

/** What failed · where · why · what to do; the stack only with --debug. */
export function describeError(error: XserveError, debug: boolean, colour: boolean): string {
  const { red, dim } = paints(colour)
  const { where, hint, cause } = error.details
  const place = where && !error.message.includes(where) ? `${where}: ` : ''
  const lines = [`${red('error')} ${place}${error.message} ${dim(`[${error.code}]`)}`]
  // A string as cause is the user's own stack trace: always of use. Ours only with --debug.
  if (typeof cause === 'string' && cause !== '') lines.push(cause.replace(/^/gm, '    '))
  if (hint) lines.push(`  ${hint}`)
  if (debug) {
    if (error.stack) lines.push(error.stack)
    if (cause instanceof Error && cause.stack) lines.push(`caused by ${cause.stack}`)
  }
  return `${lines.join('\n')}\n`
}

/** The same for machines: one line of the log with the members `code`, `where`, `hint`. */
function errorLine(error: XserveError, debug: boolean): string {
  const { where, hint, cause } = error.details
  const stack = typeof cause === 'string' ? cause : debug ? error.stack : undefined
  return jsonLine('error', 'xserve', process.pid, error.message, { code: error.code, where, hint, stack })
}

/** A file that the system does not give is nobody's fault in the code, wherever it was asked for. */
function ofSystem(error: unknown): unknown {
  if (error instanceof XserveError || !(error instanceof Error)) return error
  const { syscall, path } = error as NodeJS.ErrnoException
  if (typeof syscall !== 'string' || typeof path !== 'string') return error
  return new XserveError('BAD_ARGUMENT', `the system refuses: ${error.message}`, {
    hint: 'may this user read and write there, and is there room?',
    cause: error,
  })
}

export function printError(error: unknown, debug: boolean, format: LogFormat = 'text'): number {
  const known = asXserveError(ofSystem(error))
  if (format === 'json') {
    process.stderr.write(errorLine(known, debug))
    return known.exitCode
  }
  const more = known.code === 'INTERNAL' && !debug ? '  this is a fault of xserve; --debug shows where\n' : ''
  process.stderr.write(describeError(known, debug, showsColours(process.stderr)) + more)
  return known.exitCode
}

/** Ends the program. What was written to pipes has been handed to the system by then. */
export function exit(code: number): never {
  process.exit(code)
}
