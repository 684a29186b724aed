/** What commands that serve share: where they listen, the start of a plan, banner, signals. */

import { renameSync, writeFileSync } from 'node:fs'
import { isYamlName } from '../config/file-names.ts'
import { unwritable } from '../config/unwritable.ts'
import { XserveError } from '../errors.ts'
import { addressOf } from '../flow/address-of.ts'
import { hasReload, hasRestart, keepCurrent } from '../flow/keep-current.ts'
import { startPatiently } from '../flow/start-patiently.ts'
import { type FlowOptions, startFlow } from '../flow/supervisor.ts'
import { VERSION } from '../flow/version.ts'
import { faultText } from '../flow/words.ts'
import { createLogger, type Logger, quietened } from '../log.ts'
import { checkHost, type Listeners } from '../plan/listeners.ts'
import type { FlowPlan, GatewayPlan } from '../plan/plan.ts'
import { quietnessOf, shutdownMs } from '../plan/process-options.ts'
import type { Args } from './arguments.ts'
import { banner, readiness } from './banner.ts'
import { createConsole } from './console.ts'
import { readExecutorPlan } from './executor-plan.ts'
import { isHead, planHead } from './head.ts'
import { givenHttpOptions, readHttpOptions } from './http-options.ts'
import { readLogFormat, readLogLevel } from './log-format.ts'
import { readListeners } from './protocols.ts'
import { readServerTls } from './server-tls.ts'

/** Serves one executor until a signal. Resolves with the exit code. */
export async function serveCommand(role: 'gateway' | 'executor', args: Args): Promise<number> {
  const listening = readListening(role, args)
  if (role === 'executor' && isHead(args)) {
    return servePlan(role, planHead(args, readGateway(args, listening.protocols)), args)
  }
  const warnings: string[] = []
  const file = args.positional(0) ?? args.text('uses') ?? ''
  // A reader of YAML is loaded only where there is some.
  if (role === 'gateway' && isYamlName(file)) {
    const { isDeploymentFile, readDeploymentPlan } = await import('./deployment-plan.ts')
    if (isDeploymentFile(file)) {
      const read = (): FlowPlan => readDeploymentPlan(file, args, (warning) => warnings.push(warning))
      return servePlan(role, read(), args, { warnings, load: async () => read() })
    }
  }
  const load = (): Promise<FlowPlan> =>
    readExecutorPlan(args, readGateway(args, listening.protocols), (warning) => warnings.push(warning))
  const plan = await load()
  const hasYaml = plan.files.length > 0
  return servePlan(role, plan, args, { sharedPort: listening.shared, warnings, ...(hasYaml ? { load } : {}) })
}

export interface ServingOptions {
  readonly sharedPort?: boolean
  /** Told once at the start. */
  readonly warnings?: readonly string[]
  /** Reads the plan anew from its files. Default: it has none. */
  readonly load?: () => Promise<FlowPlan>
}

/** Serves what the plan says until a signal. Resolves with the exit code. */
export async function servePlan(
  role: 'gateway' | 'executor',
  plan: FlowPlan,
  args: Args,
  more: ServingOptions = {},
): Promise<number> {
  const started = performance.now()
  const maxMessageBytes = args.integer('max-message-bytes')
  const drainMs = args.integer('drain-timeout') ?? shutdownMs(plan)
  const portFile = args.text('port-file')
  const quietness = quietnessOf(plan.gateway.options)
  const isQuiet = args.flag('quiet') === true || quietness.quiet
  const format = readLogFormat(args)
  const level = args.flag('debug') ? 'debug' : isQuiet ? 'warn' : readLogLevel(args)
  const { progress, ...output } = createConsole(format, isQuiet, (text) => log.info(text))
  const log = quietened(createLogger(role, { level, format, write: output.stderr }), quietness)
  warnOfHttp(role, args, plan, log)
  for (const warning of more.warnings ?? []) log.warn(warning)
  const signals = watchSignals()
  surviveFaults(log)
  const pollMs = args.integer('watch-poll')
  const failures = new Map<string, XserveError>()
  const options: FlowOptions = {
    role,
    ...(more.sharedPort === undefined ? {} : { sharedPort: more.sharedPort }),
    mayChange: more.load !== undefined && hasRestart(plan),
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
    version: VERSION,
    log,
    stdout: output.stdout,
    stderr: output.userStderr,
    failures: () => failures,
    progress: progress.told,
  }
  const waiting = new AbortController()
  const starting = hasReload(plan)
    ? startPatiently(plan, options, { log, pollMs }, waiting.signal)
    : startFlow(plan, options).then((flow) => ({ flow, startedMs: performance.timeOrigin }))
  starting.catch(() => progress.end())
  const first = await Promise.race([starting, signals.first.then(() => null)])
  waiting.abort()
  if (first === null) {
    void starting.then((late) => late.flow.stop(0)).catch(() => {})
    return 0
  }
  const { flow, startedMs } = first
  const current = keepCurrent(flow, {
    load: more.load,
    log,
    drainMs,
    pollMs,
    startedMs,
    // Its files were read when this program began.
    readMs: performance.timeOrigin,
    failures,
  })
  const ready = flow.ready.then(() => {
    progress.end()
    if (portFile) writePortFile(portFile, flow.listeners.map(addressOf))
    const ms = performance.now() - started
    if (format === 'json') log.info(`ready in ${Math.round(ms)} ms`, readiness(flow, ms))
    else if (!isQuiet) output.stderr(banner(role, flow, ms))
  })
  const signal = await Promise.race([ready.then(() => signals.first), signals.first])
  progress.end()
  log.info(`${signal}: finishing the calls under way`)
  current.close()
  const second = signals.second.then(() => 130)
  return Promise.race([flow.stop(drainMs).then(() => 0), second])
}

/** What every server is told on the command line of where and how it listens. */
export function readGateway(args: Args, listeners: GatewayPlan['listeners']) {
  const prefetch = args.integer('prefetch')
  const host = args.text('host') ?? '0.0.0.0'
  checkHost(host, listeners, '--')
  return {
    listeners,
    host,
    tls: readServerTls(args),
    http: readHttpOptions(args),
    ...(prefetch === undefined ? {} : { prefetch }),
  }
}

function readListening(role: 'gateway' | 'executor', args: Args): Listeners {
  const listening = readListeners(args)
  const other = listening.protocols.find(({ protocol }) => protocol !== 'grpc')
  if (role === 'executor' && other) {
    throw new XserveError('BAD_ARGUMENT', `a shared executor serves grpc only, not ${other.protocol}`, {
      hint: 'xserve run serves the same file over http and websocket, too',
    })
  }
  return listening
}

/** Told and not refused: one line of options may be used for several protocols. */
function warnOfHttp(role: 'gateway' | 'executor', args: Args, { gateway }: FlowPlan, log: Logger): void {
  const given = givenHttpOptions(args)
  if (gateway.listeners.some(({ protocol }) => protocol === 'http')) {
    if (gateway.http.cors) log.warn('CORS is enabled: any website can call this service from the browser of a visitor')
  } else if (given.length > 0) {
    const why = role === 'executor' ? 'a shared executor serves no HTTP' : 'without --protocol http'
    log.warn(`${given.join(', ')} ${given.length === 1 ? 'has' : 'have'} no effect: ${why}`)
  }
}

/** Whole or not at all: who waits for the file may read it at any moment. */
function writePortFile(file: string, addresses: readonly string[]): void {
  const draft = `${file}.${process.pid}.tmp`
  try {
    writeFileSync(draft, `${addresses.join('\n')}\n`)
    renameSync(draft, file)
  } catch (error) {
    throw unwritable(`--port-file ${file}`, error)
  }
}

/** A fault of ours in one call must not end all the others: it is told with its place, and serving goes on. */
function surviveFaults(log: Logger): void {
  const tell = (error: unknown) => log.error(faultText(error))
  process.on('uncaughtException', tell)
  process.on('unhandledRejection', tell)
}

/** What wraps a command (timeout, npm) sends one signal to it and to all of its group: that is one wish, not two. */
const SAME_SIGNAL_MS = 100

/** SIGINT and SIGTERM: the first asks for a graceful end, a later one for an end at once. */
function watchSignals(): { readonly first: Promise<string>; readonly second: Promise<string> } {
  const first = Promise.withResolvers<string>()
  const second = Promise.withResolvers<string>()
  let sinceMs = Number.POSITIVE_INFINITY
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      sinceMs = Math.min(sinceMs, performance.now())
      first.resolve(signal)
      if (performance.now() - sinceMs >= SAME_SIGNAL_MS) second.resolve(signal)
    })
  }
  return { first: first.promise, second: second.promise }
}
