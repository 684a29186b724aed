/** Options of commands that serve: where they listen, and how an executor is run. */
import type { Scope } from '../config/table/option.ts'
import type { Option } from './arguments.ts'
import { PROTOCOL_OPTIONS } from './protocols.ts'
import { SERVER_TLS_OPTIONS } from './server-tls.ts'
import { acceptedOf, fromTable } from './table-options.ts'

/** Live change, for those who run executors of their own. */
export const LIVE_OPTIONS: readonly Option[] = [
  ...fromTable('executor', ['reload']),
  {
    name: 'watch-poll',
    type: 'integer',
    least: 1,
    value: 'MS',
    summary: 'Look for changes so often, where the system tells of none (some mounts)',
  },
]

/** Of every server. */
export const LISTENING_OPTIONS: readonly Option[] = [
  ...PROTOCOL_OPTIONS,
  ...fromTable('gateway', ['host', 'shutdown_timeout']),
  {
    name: 'port-file',
    type: 'text',
    value: 'FILE',
    summary: 'Write HOST:PORT there once it is ready, a line for each protocol',
  },
  {
    name: 'max-message-bytes',
    type: 'integer',
    least: -1,
    value: 'N',
    summary: 'Largest request message; -1 is no limit',
    preset: 'none on gRPC, 128 MB on HTTP and WebSocket',
  },
  ...fromTable('gateway', ['quiet', 'quiet_error']),
]

/** Of a gateway in front of several executors. */
export const FRONT_OPTIONS: readonly Option[] = [
  ...SERVER_TLS_OPTIONS,
  ...fromTable('gateway', ['prefetch', 'timeout_send', 'retries', 'env_file']),
]

/** Of a server that runs one executor: what is its own to choose, then what Jina has besides. */
export const EXECUTOR_OPTIONS: readonly Option[] = [
  ...SERVER_TLS_OPTIONS,
  ...fromTable('gateway', ['prefetch']),
  { name: 'executor', type: 'text', value: 'NAME', summary: 'Class to serve, when the file exports several' },
  ...fromTable('executor', [
    'name',
    'uses_with',
    'uses_metas',
    'uses_requests',
    'uses_dynamic_batching',
    'py_modules',
    'replicas',
    'shards',
    'polling',
    'uses_before',
    'uses_after',
    'workspace',
    'env',
    'env_file',
    'timeout_ready',
    'timeout_send',
    'retries',
    'exit_on_exceptions',
    'restart',
  ]),
  { name: 'context', type: 'object', value: 'JSON', summary: 'Values of CONTEXT.x in YAML', many: true },
]

/** Options of Jina's command beside those that a command shows. */
export function withAccepted(scope: Scope, shown: readonly Option[]): readonly Option[] {
  const taken = new Set(shown.flatMap(({ name, also }) => [name, ...(also ?? [])]))
  return [...shown, ...acceptedOf(scope).filter(({ name }) => !taken.has(name))]
}
