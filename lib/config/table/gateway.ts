/** Options of the gateway, and those that it shares with executors (Jina facts §6.2, §6.3). */
import { PREFETCH } from '../../wire/defaults.ts'
import { badVariable } from '../bad-entry.ts'
import { BOTH, type ConfigOption, GATEWAY_ONLY, optionFor } from './option.ts'

/** Below the 30 s that Kubernetes and Compose give a container. */
export const SHUTDOWN_MS = 25_000

const gateway = optionFor(GATEWAY_ONLY)

const both = optionFor(BOTH)

export const GATEWAY_TABLE: readonly ConfigOption[] = [
  gateway('protocol', 'protocols', 'grpc, http, websocket, or several of them', {
    also: ['protocols'],
    preset: ['grpc'],
    cli: { value: 'NAME,…' },
  }),
  gateway('prefetch', 'integer', 'Requests under way for each stream of a client; 0 is no limit', {
    least: 0,
    preset: PREFETCH,
    cli: { value: 'N' },
  }),
  gateway('title', 'text', 'Heading of the HTTP documentation', { cli: { value: 'TEXT' } }),
  gateway('description', 'text', 'Text below it', { cli: { value: 'TEXT' } }),
  gateway('cors', 'flag', 'Let any website call over HTTP', { preset: false }),
  gateway('no_debug_endpoints', 'flag', 'HTTP routes /status, /dry_run and /post', {
    preset: false,
    cli: { name: 'debug-endpoints', negated: true },
  }),
  gateway('no_crud_endpoints', 'flag', 'HTTP routes /index, /search, /update and /delete', {
    preset: false,
    cli: { name: 'crud-endpoints', negated: true },
  }),
  gateway('expose_endpoints', 'object', 'HTTP routes of endpoints: {"/foo": {"methods": ["POST"], "path": "/bar"}}', {
    preset: {},
    cli: { value: 'JSON' },
  }),
  gateway('ssl_certfile', 'text', 'Certificate (PEM): every port speaks TLS', { cli: { value: 'FILE' } }),
  gateway('ssl_keyfile', 'text', 'Private key of the certificate (PEM)', { cli: { value: 'FILE' } }),
  gateway('ssl_ca_certs', 'text', 'Only callers with a certificate of these authorities (PEM)', {
    cli: { value: 'FILE' },
  }),
]

export const SHARED_TABLE: readonly ConfigOption[] = [
  both('name', 'text', 'Name of the deployment', { presetNote: 'executor0', cli: { value: 'NAME' } }),
  both('uses', 'uses', 'The executor: file.ts, file.ts#Class, exec.yml, a folder, docker://image', {
    presetNote: 'passes everything on',
    cli: { value: 'FILE' },
  }),
  both('port', 'ports', 'Port of each protocol, in the same order, or one for all', {
    also: ['ports', 'port_expose', 'port_in'],
    presetNote: 'any free one',
    cli: { value: 'PORT,…', also: ['p'] },
  }),
  both('host', 'hosts', 'Address to listen on, or unix:PATH for a socket', {
    also: ['host_in'],
    preset: '0.0.0.0',
    cli: { value: 'HOST' },
  }),
  both('workspace', 'text', 'Folder for what the executor keeps', { spreads: true, cli: { value: 'DIR' } }),
  both('env', 'map', "Added to the executor's environment", {
    preset: {},
    badEntry: badVariable,
    cli: { value: 'K=V' },
  }),
  both('env_file', 'texts', 'Files of NAME=value lines, as if they stood in env', {
    preset: [],
    cli: { value: 'FILE' },
  }),
  both('shutdown_timeout', 'integer', 'How long calls may finish at the end', {
    also: ['drain_timeout'],
    preset: SHUTDOWN_MS,
    spreads: true,
    carried: true,
    cli: { value: 'MS', name: 'drain-timeout' },
  }),
  both('timeout_ctrl', 'integer', "Jina's name of shutdown_timeout, in seconds", {
    least: -1,
    spreads: true,
    carried: true,
    cli: { value: 'SECONDS' },
  }),
  both('quiet', 'flag', 'Only warnings and errors', { preset: false, carried: true }),
  both('quiet_error', 'flag', 'Errors in one line, without their stacks', { preset: false, carried: true }),
  both('compression', 'text', 'Compression of gRPC towards executors elsewhere: NoCompression, Deflate, Gzip', {
    choices: ['NoCompression', 'Deflate', 'Gzip'],
    spreads: true,
    carried: true,
    cli: { value: 'NAME' },
  }),
  both('grpc_server_options', 'object', 'Sizes of messages, keepalive, age and calls of connections, by gRPC names', {
    preset: {},
    carried: true,
    cli: { value: 'JSON' },
  }),
  both('grpc_channel_options', 'object', 'The same of connections to executors elsewhere', {
    preset: {},
    spreads: true,
    carried: true,
    cli: { value: 'JSON' },
  }),
  both('timeout_send', 'integer', 'How long a call may take; -1 is no limit', {
    least: -1,
    spreads: true,
    cli: { value: 'MS' },
  }),
  both('retries', 'integer', 'Other replicas that are tried when one is not reached', {
    least: -1,
    preset: -1,
    presetNote: 'max(3, replicas)',
    spreads: true,
    cli: { value: 'N' },
  }),
  both('reload', 'flag', 'Serve changed code at once, without losing a request', { preset: false, spreads: true }),
  both('restart', 'flag', 'Take over changed YAML files at once, without losing a request', {
    preset: false,
    spreads: true,
  }),
]
