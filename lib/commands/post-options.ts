/** Options of `xserve post`, and from arguments to what is sent where. */

import type { ClientOptions } from '../client/client.ts'
import type { SendOptions } from '../client/send.ts'
import { SHOWS, type Show } from '../client/show.ts'
import { addressText, resolveAddress } from '../wire/address.ts'
import { bad } from './argument-values.ts'
import type { Args, Option } from './arguments.ts'
import { CALLER_TLS_OPTIONS, readCallerTls } from './caller-tls.ts'
import { printError } from './exit.ts'

export const POST_OPTIONS: readonly Option[] = [
  { name: 'host', type: 'text', value: 'HOST', summary: 'Host of the server', preset: '127.0.0.1' },
  {
    name: 'port',
    type: 'integer',
    least: 1,
    most: 65_535,
    value: 'PORT',
    summary: 'Port of the server',
    also: ['p', 'port-expose'],
  },
  {
    name: 'protocol',
    type: 'text',
    value: 'NAME',
    summary: 'grpc, http or websocket; the same as grpc://, http://, ws://',
    preset: 'grpc',
  },
  { name: 'tls', type: 'flag', summary: 'Encrypt; the same as grpcs://, https://, wss://' },
  ...CALLER_TLS_OPTIONS,
  { name: 'on', type: 'text', value: 'ENDPOINT', summary: 'Endpoint to call', preset: '/' },
  {
    name: 'text',
    type: 'text',
    value: 'TEXT',
    summary: 'A document with this text',
    preset: 'one empty document',
    many: true,
  },
  {
    name: 'input',
    type: 'text',
    value: 'FILE',
    summary: 'Documents: .jsonl (one a line), .json (a list), - is stdin; any other file is one document; patterns too',
    many: true,
  },
  { name: 'parameters', type: 'object', value: 'JSON', summary: 'Parameters of the request: JSON or k=v', many: true },
  { name: 'target-executor', type: 'text', value: 'REGEX', summary: 'Only executors whose name matches take part' },
  {
    name: 'request-size',
    type: 'integer',
    least: Number.MIN_SAFE_INTEGER,
    value: 'N',
    summary: 'Documents in one request; 0 is all',
    preset: '100',
  },
  {
    name: 'prefetch',
    type: 'integer',
    least: 0,
    value: 'N',
    summary: 'Requests under way at most; 0: any number',
    preset: '1000',
  },
  { name: 'results-in-order', type: 'flag', summary: 'Answers in the order of the inputs, not as they come' },
  {
    name: 'stream',
    type: 'flag',
    summary: 'All requests on one stream; --no-stream makes a call for each',
    negatable: true,
  },
  {
    name: 'streaming',
    type: 'flag',
    summary: 'Call a streaming endpoint: its documents are printed one by one as they come',
  },
  {
    name: 'timeout',
    type: 'integer',
    least: 1,
    value: 'MS',
    summary: 'Time for the stream, or for each call with --no-stream',
    preset: 'none',
  },
  {
    name: 'metadata',
    type: 'object',
    value: 'K=V',
    summary: 'gRPC metadata or HTTP headers to send along',
    many: true,
    check: metadataOf,
  },
  {
    name: 'continue-on-error',
    type: 'flag',
    summary: 'Go on behind an answer that is an error; the exit code is still 1',
  },
  {
    name: 'show',
    type: 'text',
    value: 'WHAT',
    summary: 'json or text: a line for each document; responses: for each answer; summary: one line about all',
    preset: 'json',
    check: showOf,
  },
  {
    name: 'compression',
    type: 'text',
    value: 'NAME',
    summary: 'Of requests by gRPC and HTTP: NoCompression, Deflate or Gzip',
    preset: 'NoCompression',
  },
  {
    name: 'grpc-channel-options',
    type: 'object',
    value: 'JSON',
    summary: 'Sizes of messages, keepalive and reconnection, by names of gRPC',
    also: ['grpc-options'],
    many: true,
  },
  { name: 'max-attempts', type: 'integer', least: 1, value: 'N', summary: 'Try so often to connect', preset: '1' },
  { name: 'initial-backoff', type: 'integer', value: 'MS', summary: 'Pause before the second attempt', preset: '500' },
  { name: 'max-backoff', type: 'integer', value: 'MS', summary: 'Longest pause between attempts', preset: '2000' },
  {
    name: 'backoff-multiplier',
    type: 'text',
    value: 'N',
    summary: 'How much the pause grows',
    preset: '1.5',
    check: multiplierOf,
  },
]

/** Throws XserveError BAD_ARGUMENT. */
export function readPostOptions(args: Args, debug: boolean): SendOptions {
  const texts = args.texts('text')
  const inputs = args.texts('input')
  if (inputs.length > 0 && texts.length > 0) throw bad('--text and --input are both given', 'give one of them')
  // A terminal that shows the answers shows how far it is.
  const progress = process.stderr.isTTY === true && process.stdout.isTTY !== true
  return {
    server: serverOf(args, args.positional(0)),
    on: args.text('on') ?? '/',
    texts,
    streaming: args.flag('streaming') ?? false,
    inputs,
    show: showOf(args),
    post: {
      parameters: args.object('parameters'),
      targetExecutor: args.text('target-executor'),
      requestSize: args.integer('request-size'),
      timeoutMs: args.integer('timeout'),
      metadata: metadataOf(args),
      stream: args.flag('stream'),
      resultsInOrder: args.flag('results-in-order'),
      prefetch: args.integer('prefetch'),
      continueOnError: args.flag('continue-on-error'),
      maxAttempts: args.integer('max-attempts'),
      initialBackoffMs: args.integer('initial-backoff'),
      maxBackoffMs: args.integer('max-backoff'),
      backoffMultiplier: multiplierOf(args),
    },
    output: process.stdout,
    onError: (error) => void printError(error, debug),
    progress: progress ? (text) => void process.stderr.write(text) : null,
  }
}

/** What --host, --port and --protocol say must not contradict what is given as one address: the client refuses it. */
function serverOf(args: Args, given: string | undefined): ClientOptions {
  const own = readCallerTls(args)
  const { protocol, host, port, tls } = resolveAddress(
    { host: given },
    { host: args.text('host'), port: args.integer('port'), protocol: args.text('protocol') },
    { tls: own !== undefined || args.flag('tls') },
  )
  return {
    protocol,
    host: addressText({ host, port }),
    tls: own ?? tls,
    compression: args.text('compression'),
    grpcChannelOptions: args.object('grpc-channel-options'),
  }
}

/** `docs` is what json was called before. */
function showOf(args: Args): Show {
  const text = args.text('show') ?? 'json'
  const show = SHOWS.find((name) => name === (text === 'docs' ? 'json' : text))
  if (show) return show
  throw bad(`--show must be ${SHOWS.slice(0, -1).join(', ')} or ${SHOWS.at(-1)}, not ${JSON.stringify(text)}`)
}

function multiplierOf(args: Args): number | undefined {
  const text = args.text('backoff-multiplier')
  if (text === undefined) return undefined
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= 1) return value
  throw bad(`--backoff-multiplier must be a number from 1, not ${JSON.stringify(text)}`)
}

function metadataOf(args: Args): Record<string, string> {
  return Object.fromEntries(
    Object.entries(args.object('metadata')).map(([key, value]) => [key, metadataText(key, value)]),
  )
}

function metadataText(key: string, value: unknown): string {
  if (typeof value === 'object') throw bad(`--metadata ${key} must be a text`)
  return String(value)
}
