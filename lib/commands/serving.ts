/** What `run` and `executor` share: their options, from arguments to a served executor, banner, signals. */
import { renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parsePolling } from '../deployment/polling.ts'
import { XserveError } from '../errors.ts'
import { resolveExecutorSource } from '../flow/executor-source.ts'
import { type Served, serve } from '../flow/serve.ts'
import { createLogger, type Logger } from '../log.ts'
import type { Args, Option } from './arguments.ts'
import { VERSION } from './version.ts'

/** Jina waits ten minutes; a start that hangs is told sooner here, models that load for long set it. */
const TIMEOUT_READY_MS = 600_000
/** Calls under way at the end get this long: Kubernetes kills after 30 s. */
const DRAIN_MS = 25_000

export const SERVING_OPTIONS: readonly Option[] = [
  {
    name: 'port',
    type: 'integer',
    value: 'PORT',
    summary: 'Port to listen on',
    preset: 'any free one',
    also: ['port-expose', 'port-in', 'p'],
  },
  { name: 'host', type: 'text', value: 'HOST', summary: 'Address to listen on', preset: '0.0.0.0', also: ['host-in'] },
  { name: 'port-file', type: 'text', value: 'FILE', summary: 'Write HOST:PORT there once it is ready' },
  { name: 'protocol', type: 'text', value: 'NAME', summary: 'grpc', preset: 'grpc' },
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
    preset: '-1',
  },
  { name: 'quiet', type: 'flag', summary: 'No banner, only warnings and errors' },
]

/** Serves until a signal. Resolves with the exit code. */
export async function serveCommand(role: 'gateway' | 'executor', args: Args): Promise<number> {
  const started = performance.now()
  const options = readOptions(args)
  const log = createLogger(role, {
    level: args.flag('debug') ? 'debug' : args.flag('quiet') ? 'warn' : args.text('log-level'),
  })
  const signals = watchSignals()
  surviveFaults(log)
  const starting = serve({
    role,
    ...options,
    version: VERSION,
    log,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
  })
  const served = await Promise.race([starting, signals.first.then(() => null)])
  if (served === null) {
    void starting.then((late) => late.stop(0)).catch(() => {})
    return 0
  }
  const address = `${reachable(served.listener.host)}:${served.listener.port}`
  if (options.portFile) writePortFile(options.portFile, address)
  if (!args.flag('quiet')) process.stderr.write(banner(role, served, performance.now() - started))
  const signal = await signals.first
  log.info(`${signal}: finishing the calls under way`)
  const second = signals.second.then(() => 130)
  return Promise.race([served.stop(options.drainMs).then(() => 0), second])
}

function readOptions(args: Args) {
  const given = args.positional(0) ?? args.text('uses')
  if (given === undefined) {
    throw new XserveError('BAD_ARGUMENT', 'which executor? The file is missing', {
      hint: 'for example: xserve run my_executor.ts',
    })
  }
  const protocol = (args.text('protocol') ?? 'grpc').toLowerCase()
  if (protocol !== 'grpc') {
    throw new XserveError('BAD_ARGUMENT', `protocol ${JSON.stringify(protocol)} is not served by this version`, {
      hint: 'it serves grpc',
    })
  }
  const source = resolveExecutorSource(given, args.text('executor'), process.cwd())
  const name = args.text('name') ?? 'executor0'
  if (!/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name) || name === 'gateway') {
    throw new XserveError('BAD_ARGUMENT', `--name ${JSON.stringify(name)} cannot name a deployment`, {
      hint: 'letters, digits and _, no digit first; gateway is taken',
    })
  }
  const workspace = args.text('workspace')
  return {
    host: args.text('host') ?? '0.0.0.0',
    port: args.integer('port', 0, 65535) ?? 0,
    portFile: args.text('port-file'),
    maxMessageBytes: args.integer('max-message-bytes', -1) ?? -1,
    drainMs: args.integer('drain-timeout', 0) ?? DRAIN_MS,
    deployment: {
      polling: parsePolling(args.text('polling') ?? 'any'),
      worker: {
        ...source,
        env: texts('env', args.object('env')),
        timeoutReadyMs: args.integer('timeout-ready', -1) ?? TIMEOUT_READY_MS,
        start: {
          name,
          pod: name,
          shardId: 0,
          shards: args.integer('shards', 1, 1000) ?? 1,
          replicas: args.integer('replicas', 1, 1000) ?? 1,
          replicaId: 0,
          workspace: workspace === undefined ? null : path.resolve(workspace),
          usesWith: args.object('uses-with'),
          usesMetas: args.object('uses-metas'),
          usesRequests: texts('uses-requests', args.object('uses-requests')),
        },
      },
    },
  }
}

function texts(option: string, values: Record<string, unknown>): Record<string, string> {
  for (const [key, value] of Object.entries(values)) {
    if (typeof value === 'object') throw new XserveError('BAD_ARGUMENT', `--${option} ${key} must be a text`)
  }
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]))
}

/** The address by which this machine reaches a listener. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

/** Whole or not at all: who waits for the file may read it at any moment. */
function writePortFile(file: string, address: string): void {
  const draft = `${file}.${process.pid}.tmp`
  try {
    writeFileSync(draft, `${address}\n`)
    renameSync(draft, file)
  } catch (error) {
    throw new XserveError(
      'BAD_ARGUMENT',
      `--port-file ${file} cannot be written: ${error instanceof Error ? error.message : error}`,
    )
  }
}

function banner(role: string, served: Served, ms: number): string {
  const colour = process.stderr.isTTY === true && !process.env.NO_COLOR
  const bold = (text: string) => (colour ? `\x1b[1m${text}\x1b[0m` : text)
  const dim = (text: string) => (colour ? `\x1b[2m${text}\x1b[0m` : text)
  const { host, port } = served.listener
  const everywhere = host === '0.0.0.0' || host === '::' ? dim(`  on all interfaces (${host})`) : ''
  const endpoints = served.endpoints.filter((name) => name !== '_jina_dry_run_')
  const what =
    role === 'gateway' ? `${served.className} is ready` : `${served.className} is ready, as a shared executor`
  return [
    '',
    `  ${bold(what)} ${dim(`in ${Math.round(ms)} ms`)}`,
    `  gRPC       ${bold(`${reachable(host)}:${port}`)}${everywhere}`,
    `  endpoints  ${endpoints.join('  ') || dim('none')}`,
    '',
    '',
  ].join('\n')
}

/** A fault of ours in one call must not end all the others: it is told with its place, and serving goes on. */
function surviveFaults(log: Logger): void {
  const tell = (error: unknown) =>
    log.error(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : error}`)
  process.on('uncaughtException', tell)
  process.on('unhandledRejection', tell)
}

/** SIGINT and SIGTERM: the first asks for a graceful end, the second for an end at once. */
function watchSignals(): { readonly first: Promise<string>; readonly second: Promise<string> } {
  const first = Promise.withResolvers<string>()
  const second = Promise.withResolvers<string>()
  let count = 0
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => (++count === 1 ? first : second).resolve(signal))
  }
  return { first: first.promise, second: second.promise }
}
