/** Options of commands that serve: where they listen, and how an executor is run. */
import type { Option } from './arguments.ts'
import { PROTOCOL_OPTIONS } from './protocols.ts'

/** Jina's: models may take long to load, and a start that never ends is told of at last. */
export const TIMEOUT_READY_MS = 600_000
/** Calls under way at the end get this long: Kubernetes kills after 30 s. */
export const DRAIN_MS = 25_000

/** Of every server. */
/** Live change, for those who run executors of their own. */
export const LIVE_OPTIONS: readonly Option[] = [
  { name: 'reload', type: 'flag', summary: 'Serve changed code at once, without losing a request' },
  {
    name: 'watch-poll',
    type: 'integer',
    value: 'MS',
    summary: 'Look for changes so often, where the system tells of none (some mounts)',
  },
]

export const LISTENING_OPTIONS: readonly Option[] = [
  ...PROTOCOL_OPTIONS,
  { name: 'host', type: 'text', value: 'HOST', summary: 'Address to listen on', preset: '0.0.0.0', also: ['host-in'] },
  {
    name: 'port-file',
    type: 'text',
    value: 'FILE',
    summary: 'Write HOST:PORT there once it is ready, a line for each protocol',
  },
  {
    name: 'drain-timeout',
    type: 'integer',
    value: 'MS',
    summary: 'How long calls may finish at the end',
    preset: `${DRAIN_MS}`,
  },
  {
    name: 'max-message-bytes',
    type: 'integer',
    value: 'N',
    summary: 'Largest request message; -1 is no limit',
    preset: 'none on gRPC, 128 MB on HTTP and WebSocket',
  },
  { name: 'quiet', type: 'flag', summary: 'No banner, only warnings and errors' },
]

/** Of a server that runs one executor. */
export const EXECUTOR_OPTIONS: readonly Option[] = [
  { name: 'ssl-certfile', type: 'text', value: 'FILE', summary: 'Certificate (PEM): every port speaks TLS' },
  { name: 'ssl-keyfile', type: 'text', value: 'FILE', summary: 'Private key of the certificate (PEM)' },
  { name: 'executor', type: 'text', value: 'NAME', summary: 'Class to serve, when the file exports several' },
  { name: 'name', type: 'text', value: 'NAME', summary: 'Name of the deployment', preset: 'executor0' },
  {
    name: 'uses-with',
    type: 'object',
    value: 'JSON',
    summary: 'Arguments of the constructor: JSON or k=v',
    many: true,
  },
  { name: 'uses-metas', type: 'object', value: 'JSON', summary: 'Overrides of metas', many: true },
  {
    name: 'uses-requests',
    type: 'object',
    value: 'JSON',
    summary: 'Endpoint to method, over those of the class',
    many: true,
  },
  { name: 'replicas', type: 'integer', value: 'N', summary: 'Equal workers that share the calls', preset: '1' },
  { name: 'shards', type: 'integer', value: 'N', summary: 'Workers with a part of the data each', preset: '1' },
  {
    name: 'polling',
    type: 'text',
    value: 'any|all|JSON',
    summary: 'Which shards a call goes to, also by endpoint',
    preset: 'any',
  },
  { name: 'workspace', type: 'text', value: 'DIR', summary: 'Folder for what the executor keeps' },
  { name: 'env', type: 'object', value: 'K=V', summary: "Added to the executor's environment", many: true },
  {
    name: 'timeout-ready',
    type: 'integer',
    value: 'MS',
    summary: 'How long a start may take; -1 waits for ever',
    preset: `${TIMEOUT_READY_MS}`,
  },
]
