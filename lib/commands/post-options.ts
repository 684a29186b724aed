/** Options of `xserve post`, and from arguments to what is sent where. */
import { addressText, resolveAddress } from '../client/address.ts'
import type { SendOptions } from '../client/send.ts'
import { XserveError } from '../errors.ts'
import type { Args, Option } from './arguments.ts'
import { printError } from './exit.ts'

export const POST_OPTIONS: readonly Option[] = [
  { name: 'host', type: 'text', value: 'HOST', summary: 'Host of the server', preset: '127.0.0.1' },
  { name: 'port', type: 'integer', value: 'PORT', summary: 'Port of the server', also: ['p', 'port-expose'] },
  { name: 'tls', type: 'flag', summary: 'Encrypt; the same as grpcs://' },
  { name: 'on', type: 'text', value: 'ENDPOINT', summary: 'Endpoint to call', preset: '/' },
  {
    name: 'text',
    type: 'text',
    value: 'TEXT',
    summary: 'A document with this text',
    preset: 'one empty document',
    many: true,
  },
  { name: 'input', type: 'text', value: 'FILE', summary: 'Documents: .jsonl (one a line), .json (a list), - is stdin' },
  { name: 'parameters', type: 'object', value: 'JSON', summary: 'Parameters of the request: JSON or k=v', many: true },
  { name: 'target-executor', type: 'text', value: 'REGEX', summary: 'Only executors whose name matches take part' },
  { name: 'request-size', type: 'integer', value: 'N', summary: 'Documents in one request; 0 is all', preset: '100' },
  { name: 'prefetch', type: 'integer', value: 'N', summary: 'Requests under way at most', preset: '1000' },
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
    value: 'MS',
    summary: 'Time for the stream, or for each call with --no-stream',
    preset: 'none',
  },
  { name: 'metadata', type: 'object', value: 'K=V', summary: 'gRPC metadata to send along', many: true },
  {
    name: 'continue-on-error',
    type: 'flag',
    summary: 'Go on behind an answer that is an error; the exit code is still 1',
  },
  {
    name: 'show',
    type: 'text',
    value: 'WHAT',
    summary: 'docs: a line for each document; responses: for each answer',
    preset: 'docs',
  },
]

/** Throws XserveError BAD_ARGUMENT. */
export function readPostOptions(args: Args, debug: boolean): SendOptions {
  const texts = args.texts('text')
  const input = args.text('input') ?? null
  if (input !== null && texts.length > 0) throw bad('--text and --input are both given', 'give one of them')
  const show = args.text('show') ?? 'docs'
  if (show !== 'docs' && show !== 'responses')
    throw bad(`--show must be docs or responses, not ${JSON.stringify(show)}`)
  // A terminal that shows the answers shows how far it is.
  const progress = process.stderr.isTTY === true && process.stdout.isTTY !== true
  return {
    server: serverOf(args, args.positional(0)),
    on: args.text('on') ?? '/',
    texts,
    input,
    streaming: args.flag('streaming') ?? false,
    show,
    post: {
      parameters: args.object('parameters'),
      targetExecutor: args.text('target-executor'),
      requestSize: args.integer('request-size', Number.MIN_SAFE_INTEGER),
      timeoutMs: args.integer('timeout', 1),
      metadata: Object.fromEntries(
        Object.entries(args.object('metadata')).map(([key, value]) => [key, metadataText(key, value)]),
      ),
      stream: args.flag('stream'),
      resultsInOrder: args.flag('results-in-order'),
      prefetch: args.integer('prefetch', 1),
      continueOnError: args.flag('continue-on-error'),
    },
    output: process.stdout,
    onError: (error) => void printError(error, debug),
    progress: progress ? (text) => void process.stderr.write(text) : null,
  }
}

/** Throws XserveError BAD_ARGUMENT when positional, --host and --port contradict each other. */
function serverOf(args: Args, given: string | undefined) {
  const { host, port, tls } = resolveAddress(
    { host: given },
    { host: args.text('host'), port: args.integer('port', 1, 65535) },
    { tls: args.flag('tls') },
  )
  return { host: addressText({ host, port, tls }), tls }
}

function metadataText(key: string, value: unknown): string {
  if (typeof value === 'object') throw bad(`--metadata ${key} must be a text`)
  return String(value)
}

function bad(message: string, hint?: string): XserveError {
  return new XserveError('BAD_ARGUMENT', message, hint === undefined ? {} : { hint })
}
