/** Options of `xserve ping`, and from arguments to who is asked what. */
import { PING_TARGETS, type PingOptions, type PingTarget } from '../client/ping.ts'
import { XserveError } from '../errors.ts'
import { resolveAddress } from '../wire/address.ts'
import type { Args, Option } from './arguments.ts'
import { CALLER_TLS_OPTIONS, readCallerTls } from './caller-tls.ts'

const TIMEOUT_MS = 3000

export const PING_OPTIONS: readonly Option[] = [
  {
    name: 'attempts',
    type: 'integer',
    least: 1,
    value: 'N',
    summary: 'Ask so often until it answers',
    preset: '1',
    also: ['retries'],
  },
  {
    name: 'timeout',
    type: 'integer',
    least: 1,
    value: 'MS',
    summary: 'Time for each attempt',
    preset: `${TIMEOUT_MS}`,
  },
  ...CALLER_TLS_OPTIONS,
  { name: 'json', type: 'flag', summary: 'The result as JSON on stdout' },
]

/** Throws XserveError BAD_ARGUMENT, FILE_NOT_FOUND. */
export function readPingOptions(args: Args): PingOptions {
  const target = args.positional(0)
  // Probes that Jina writes for heads have more in this word: `HOST:PORT - --timeout MS`.
  const server = args.positional(1)?.split(' - ')[0]
  if (!isTarget(target)) {
    const what = target === undefined ? 'ping what?' : `cannot ping ${JSON.stringify(target)}`
    throw new XserveError('BAD_ARGUMENT', what, {
      hint: 'for example: xserve ping gateway HOST:PORT; or executor, or flow',
    })
  }
  const tls = readCallerTls(args)
  return {
    target,
    address: resolveAddress({ host: server }, { tls: tls && true }),
    tls,
    attempts: args.integer('attempts') ?? 1,
    timeoutMs: args.integer('timeout') ?? TIMEOUT_MS,
  }
}

const isTarget = (text: string | undefined): text is PingTarget =>
  (PING_TARGETS as readonly (string | undefined)[]).includes(text)
