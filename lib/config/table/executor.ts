/** Options of an executor that work (Jina facts §6.2). */
import { TIMEOUT_READY_MS } from '../../wire/defaults.ts'
import { badMetadata } from '../../wire/metadata-entry.ts'
import { type ConfigOption, EXECUTOR, optionFor } from './option.ts'

/** More processes of one executor are a slip of the finger. */
export const MOST_WORKERS = 1000

const option = optionFor(EXECUTOR)

export const EXECUTOR_TABLE: readonly ConfigOption[] = [
  option('uses_with', 'object', 'Arguments of the constructor', {
    scopes: ['executor', 'gateway'],
    cli: { value: 'JSON' },
    preset: {},
  }),
  option('uses_metas', 'object', 'Overrides of metas', { cli: { value: 'JSON' }, preset: {} }),
  option('uses_requests', 'map', 'Endpoint to method, over those of the class', {
    cli: { value: 'JSON' },
    preset: {},
  }),
  option('uses_dynamic_batching', 'batching', 'Endpoint or method to {preferred_batch_size, timeout, flush_all}', {
    cli: { value: 'JSON' },
    preset: {},
  }),
  option('py_modules', 'texts', 'Files in which classes are looked for', {
    scopes: ['executor', 'gateway'],
    also: ['modules'],
    preset: [],
    cli: { name: 'modules', value: 'FILE,…', also: ['py-modules'] },
  }),
  option('replicas', 'integer', 'Equal workers that share the calls', {
    least: 1,
    most: MOST_WORKERS,
    preset: 1,
    cli: { value: 'N' },
  }),
  option('shards', 'integer', 'Workers with a part of the data each', {
    least: 1,
    most: MOST_WORKERS,
    preset: 1,
    cli: { value: 'N' },
  }),
  option('polling', 'polling', 'Which shards a call goes to, also by endpoint', {
    preset: 'any',
    cli: { value: 'any|all|JSON' },
  }),
  option('timeout_ready', 'integer', 'How long a start may take; -1 waits for ever', {
    least: -1,
    preset: TIMEOUT_READY_MS,
    cli: { value: 'MS' },
  }),
  option('allow_concurrent', 'flag', 'Several calls at once in one process; without it, one after the other', {
    presetNote: 'on',
    carried: true,
    cli: { negatable: true },
  }),
  option('exit_on_exceptions', 'texts', 'Names of errors that end the process', {
    preset: [],
    cli: { value: 'NAME,…' },
  }),
  option('no_reduce', 'flag', 'Branches and shards come side by side instead of merged', {
    also: ['disable_reduce'],
    preset: false,
  }),
  option('uses_before', 'uses', 'Executor before all shards', { cli: { value: 'FILE' } }),
  option('uses_after', 'uses', 'Executor behind all shards', { cli: { value: 'FILE' } }),
  option('when', 'condition', 'Which documents it gets', { cli: { value: 'JSON' } }),
  option('external', 'flag', 'It runs elsewhere already', { preset: false }),
  option('tls', 'flag', 'It is reached over TLS', { preset: false }),
  option('grpc_metadata', 'map', 'Metadata of every call to it', {
    preset: {},
    badEntry: badMetadata,
    cli: { value: 'JSON' },
  }),
  option('floating', 'flag', 'Nobody waits for its answer', { preset: false }),
]

/** Only as an item of a Flow: its place in the graph. */
export const ITEM_TABLE: readonly ConfigOption[] = [
  option('needs', 'texts', 'Executors that it waits for; gateway is the request itself', {
    presetNote: 'the one before',
  }),
  option('method', 'text', 'add, or how it joins others: needs, needs_all', {
    choices: ['add', 'needs', 'needs_all'],
    preset: 'add',
  }),
]
