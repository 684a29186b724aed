/**
 * `grpc_server_options`, `grpc_channel_options` and `compression`: names of gRPC's core library (Jina facts §1.7), of which
 * message sizes, keepalive, the age of connections and the number of calls have a meaning here.
 */
import { type Given, memberOf } from '../config/given.ts'
import { wholeNumber } from '../config/option-value.ts'
import type { Problems } from '../config/problems.ts'
import type { Options } from '../config/read-options.ts'
import { XserveError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import type { ChannelTuning, ServerTuning } from '../wire/grpc-tuning.ts'

interface Known {
  /** Of the tuning. */
  readonly key: string
  readonly least: number
}

const SIZES = {
  'grpc.max_receive_message_length': { key: 'maxReceiveBytes', least: -1 },
  'grpc.max_send_message_length': { key: 'maxSendBytes', least: -1 },
} as const
const KEEPALIVE = {
  'grpc.keepalive_time_ms': { key: 'keepaliveMs', least: 1 },
  'grpc.keepalive_timeout_ms': { key: 'keepaliveTimeoutMs', least: 1 },
} as const
const SERVER: Readonly<Record<string, Known>> = {
  ...SIZES,
  ...KEEPALIVE,
  'grpc.max_concurrent_streams': { key: 'maxStreams', least: 1 },
  'grpc.max_connection_idle_ms': { key: 'idleMs', least: 1 },
  'grpc.max_connection_age_ms': { key: 'ageMs', least: 1 },
  'grpc.max_connection_age_grace_ms': { key: 'ageGraceMs', least: 0 },
}
const CHANNEL: Readonly<Record<string, Known>> = {
  ...SIZES,
  ...KEEPALIVE,
  'grpc.initial_reconnect_backoff_ms': { key: 'reconnectMs', least: 1 },
  'grpc.max_reconnect_backoff_ms': { key: 'mostReconnectMs', least: 1 },
}
/** What gRPC has no limit for stands for none here, too: the largest number of 32 bits. */
const NO_LIMIT = 2_147_483_647

/** What is wrong with them, and names that mean nothing here, are told at their places. */
export function checkGrpcOptions(options: Options, problems: Problems): void {
  for (const [name, known] of [
    ['grpc_server_options', SERVER],
    ['grpc_channel_options', CHANNEL],
  ] as const) {
    const option = options.get(name)
    for (const [key, value] of Object.entries((option?.value ?? {}) as object)) {
      checkOne(key, value, known, memberOf(option!.at, key), problems)
    }
  }
}

function checkOne(key: string, value: unknown, known: typeof SERVER, at: Given, problems: Problems): void {
  const one = Object.hasOwn(known, key) ? known[key] : undefined
  if (one === undefined) {
    const guess = nearest(key, Object.keys(known))
    if (!key.startsWith('grpc.'))
      problems.add(at, `${key} is no option of gRPC`, guess ? `did you mean ${guess}?` : `known are ${list(known)}`)
    else problems.warn(at, `${key} is accepted and has no effect: known here are ${list(known)}`)
    return
  }
  const number = wholeNumber(value)
  if (number === undefined || number < one.least)
    problems.add(at, `${key} must be a whole number, at least ${one.least}, not ${JSON.stringify(value)}`)
}

const list = (known: typeof SERVER): string => Object.keys(known).join(', ')

function tuningOf(given: unknown, known: typeof SERVER): Record<string, number> {
  const out: Record<string, number> = {}
  for (const [name, value] of Object.entries((given ?? {}) as object)) {
    const number = wholeNumber(value)
    const key = Object.hasOwn(known, name) ? known[name]!.key : undefined
    // A limit beyond all is none; sizes have a word of their own for it.
    if (key !== undefined && number !== undefined && (number < NO_LIMIT || key.endsWith('Bytes'))) out[key] = number
  }
  return out
}

/** From `options` of a plan, which have been checked. */
export const serverTuning = (options: Readonly<Record<string, unknown>>): ServerTuning =>
  tuningOf(options.grpc_server_options, SERVER)

export function channelTuning(options: Readonly<Record<string, unknown>>): ChannelTuning {
  const compression = String(options.compression ?? '').toLowerCase()
  return {
    ...tuningOf(options.grpc_channel_options, CHANNEL),
    ...(compression === 'gzip' || compression === 'deflate' ? { compression } : {}),
  }
}

/** Those of a gateway that hold for its executors elsewhere. */
export function ofChannels(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { compression, grpc_channel_options } = options
  return {
    ...(compression === undefined ? {} : { compression }),
    ...(grpc_channel_options === undefined ? {} : { grpc_channel_options }),
  }
}

/** Of a client. Throws XserveError BAD_ARGUMENT for what has no meaning. */
export function readChannelTuning(
  compression: string | undefined,
  grpcChannelOptions: Readonly<Record<string, unknown>> | undefined,
): ChannelTuning {
  const word = compression?.toLowerCase()
  if (word !== undefined && !COMPRESSIONS.includes(word)) {
    throw bad(`compression cannot be ${JSON.stringify(compression)}`, 'it is NoCompression, Deflate or Gzip')
  }
  for (const [key, value] of Object.entries(grpcChannelOptions ?? {})) {
    const known = Object.hasOwn(CHANNEL, key) ? CHANNEL[key]! : undefined
    if (known === undefined) throw bad(`${key} has no effect on connections`, `known are ${list(CHANNEL)}`)
    const number = wholeNumber(value)
    if (number === undefined || number < known.least)
      throw bad(`${key} must be a whole number, at least ${known.least}, not ${JSON.stringify(value)}`)
  }
  return channelTuning({ compression: word, grpc_channel_options: grpcChannelOptions })
}

const COMPRESSIONS: readonly string[] = ['nocompression', 'deflate', 'gzip']

const bad = (message: string, hint?: string) => new XserveError('BAD_ARGUMENT', message, { hint })
