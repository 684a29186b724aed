/** `--log-format`, else XSERVE_LOG_FORMAT: how messages and errors are written on stderr; `--log-level`: which of them. */
import { XserveError } from '../errors.ts'
import { LOG_FORMATS, LOG_LEVELS, type LogFormat } from '../log.ts'
import { nearest } from '../nearest.ts'
import type { Args } from './arguments.ts'

const VARIABLE = 'XSERVE_LOG_FORMAT'

/** Throws XserveError BAD_ARGUMENT for another word. */
export function readLogFormat(args: Args): LogFormat {
  const option = args.text('log-format')
  const word = option ?? process.env[VARIABLE]
  if (word === undefined || word === '') return 'text'
  const format = LOG_FORMATS.find((known) => known === word.toLowerCase())
  if (format !== undefined) return format
  const guess = nearest(word, LOG_FORMATS)
  throw new XserveError(
    'BAD_ARGUMENT',
    `${option === undefined ? VARIABLE : '--log-format'}: ${JSON.stringify(word)} is no format`,
    { hint: `${guess === undefined ? '' : `did you mean ${guess}? `}formats: ${LOG_FORMATS.join(', ')}` },
  )
}

/** undefined: the environment decides. Throws XserveError BAD_ARGUMENT for a word that is no level. */
export function readLogLevel(args: Args): string | undefined {
  const word = args.text('log-level')
  if (word === undefined || LOG_LEVELS.includes(word.toLowerCase())) return word
  const guess = nearest(word.toLowerCase(), LOG_LEVELS)
  throw new XserveError('BAD_ARGUMENT', `--log-level: ${JSON.stringify(word)} is no level`, {
    hint: `${guess === undefined ? '' : `did you mean ${guess}? `}levels: ${LOG_LEVELS.join(', ')}`,
  })
}

/** For errors of the arguments themselves: what can be seen without parsing them. */
export function guessLogFormat(argv: readonly string[]): LogFormat {
  const at = argv.findIndex((word) => word === '--log-format' || word.startsWith('--log-format='))
  const option = at === -1 ? undefined : argv[at]!.includes('=') ? argv[at]!.split('=')[1] : argv[at + 1]
  return (option ?? process.env[VARIABLE])?.toLowerCase() === 'json' ? 'json' : 'text'
}
