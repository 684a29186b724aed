/**
 * One worker process: spawned, led through hello → load → start → ready, drained, and never left behind (design §2).
 */

import { isErrorCode, XserveError } from '../errors.ts'
import { createLink } from '../link/create.ts'
import type { Link, LinkHandlers } from '../link/link.ts'
import type { ControlMessage, ExecutorStart, Failure } from '../link/messages.ts'
import type { Logger } from '../log.ts'
import type { EndpointSchemas } from '../wire/schemas/endpoint-schema.ts'
import { timerMs, within } from '../within.ts'
import { forwardLines } from './output.ts'
import { selfCommand } from './self.ts'

export interface WorkerSpec {
  /** Absolute path of the user's module. */
  readonly file: string
  /** Further modules in which the class is looked for, absolute. Default: none. */
  readonly otherFiles?: readonly string[]
  /** Export to serve; null: the only Executor there is. */
  readonly className: string | null
  readonly start: ExecutorStart
  /** Added to the environment of the process. */
  readonly env: Readonly<Record<string, string>>
  /** From spawn to ready, in milliseconds; -1 waits for ever. */
  readonly timeoutReadyMs: number
}

export type WorkerState = 'starting' | 'ready' | 'draining' | 'stopped'

export interface WorkerProcess {
  readonly pid: number
  readonly link: Link
  readonly className: string
  readonly endpoints: readonly string[]
  /** Those of the endpoints that stream. */
  readonly streams: readonly string[]
  /** What endpoints have declared to take and to give. */
  readonly schemas: EndpointSchemas
  /** Files of the user's that it has loaded. */
  readonly modules: readonly string[]
  readonly state: WorkerState
  /** Resolves once, when the process has ended, with why. */
  readonly exited: Promise<XserveError>
  /** Lets calls under way finish and close() run, then ends the process; kills it after `graceMs`. */
  stop(graceMs: number): Promise<void>
}

export interface WorkerProcessOptions {
  /** Ends the first start when it aborts; later ones have nothing to do with it. Default: nothing does. */
  readonly startSignal?: AbortSignal
  readonly log: Logger
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** How this program is started, without the subcommand. Default: as it was started itself. */
  readonly command?: readonly string[]
  /** process.argv of a script that is imported again by its workers. Default: the worker's own. */
  readonly argv?: readonly string[]
  /** Answers calls that the worker makes. Default: it may make none. */
  readonly answer?: LinkHandlers['call']
}

/** So long close() may take when the calls have used up all the time. */
const CLOSE_MS = 500
/** After SIGTERM a process gets this long before SIGKILL. */
const KILL_AFTER_MS = 500

/** An error that a worker reported, as ours. */
export function errorOfFailure(failure: Failure, files: readonly string[] = []): XserveError {
  const { code, message, where, hint, stack: cause } = failure
  return new XserveError(isErrorCode(code) ? code : 'START_FAILED', message, { where, hint, cause, files })
}

/**
 * Rejects with the executor's own error (MODULE_FAILED, START_FAILED, NO_EXECUTOR, …) or START_TIMEOUT, WORKER_DIED; with
 * DRAINING when `signal` ends the start, which may take as long as the executor likes.
 */
export async function startWorkerProcess(
  spec: WorkerSpec,
  options: WorkerProcessOptions,
  signal?: AbortSignal,
): Promise<WorkerProcess> {
  const pod = spec.start.pod
  const child = Bun.spawn([...(options.command ?? selfCommand()), 'worker'], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...spec.env, BUN_FEATURE_FLAG_NO_ORPHANS: '1' },
  })
  const log = options.log.named(pod, child.pid)
  const output = Promise.all([
    forwardLines(child.stdout, options.stdout, `${pod} | `),
    forwardLines(child.stderr, options.stderr, `${pod} | `),
  ])

  let state: WorkerState = 'starting'
  let lastFailure: XserveError | null = null
  let files: readonly string[] = []
  /** By us. */
  let killed = false
  /** How long calls were waited for in vain. */
  let overdueMs: number | null = null
  let drained = () => {}
  const steps =
    Promise.withResolvers<Pick<WorkerProcess, 'className' | 'endpoints' | 'streams' | 'schemas' | 'modules'>>()
  steps.promise.catch(() => {})

  const fd = child.stdio[3]
  if (typeof fd !== 'number') throw new XserveError('INTERNAL', 'the worker has no link')
  const onControl = (message: ControlMessage) => {
    switch (message.kind) {
      case 'hello':
        return
      case 'loaded':
        log.debug(`loaded ${message.className} with ${message.modules.length} modules`)
        files = message.modules
        return
      case 'ready':
        steps.resolve({
          className: message.className,
          endpoints: message.endpoints,
          streams: message.streams,
          schemas: message.schemas,
          modules: message.modules,
        })
        return
      case 'failed':
        if (message.step === 'close') log.error(`close() failed: ${message.failure.message}`)
        else {
          lastFailure = errorOfFailure(message.failure, message.files)
          steps.reject(lastFailure)
        }
        return
      case 'drained':
        drained()
        return
      case 'log':
        log[message.level](message.text)
    }
  }
  const link = await createLink(
    fd,
    { side: 'parent' },
    { control: onControl, ...(options.answer ? { call: options.answer } : {}) },
  )
  try {
    // Both wait there until the worker can read them: a start takes no turn of ours, which are long under load.
    link.control({
      kind: 'load',
      files: [spec.file, ...(spec.otherFiles ?? [])],
      className: spec.className,
      ...(options.argv ? { argv: options.argv } : {}),
    })
    link.control({ kind: 'start', executor: spec.start })
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }

  const exited = child.exited.then(async () => {
    // Readers end with the pipes; a grandchild that holds them must not hold us.
    await Promise.race([output, Bun.sleep(50)])
    const clean = state === 'draining' || state === 'stopped'
    state = 'stopped'
    const ended =
      overdueMs === null
        ? howItEnded(child.exitCode, child.signalCode, clean, killed)
        : `had to make room and was ended in the middle of the call, which had not come to its end within ${overdueMs} ms`
    const hint =
      overdueMs === null
        ? 'the call may or may not have been carried out; a new process is started'
        : '--drain-timeout MS gives calls longer'
    const reason = new XserveError('WORKER_DIED', `${pod} (process ${child.pid}) ${ended}`, {
      where: pod,
      ...(clean && overdueMs === null ? {} : { hint }),
      ...(files.length === 0 ? {} : { files }),
    })
    link.close()
    steps.reject(lastFailure ?? reason)
    return reason
  })

  const stop = async (graceMs: number): Promise<void> => {
    if (state === 'stopped') return
    const ready = state === 'ready'
    state = 'draining'
    if (ready) {
      const end = performance.now() + graceMs
      const done = new Promise<void>((resolve) => {
        drained = resolve
      })
      link.control({ kind: 'hurry' })
      if (!(await within(link.idle(), graceMs))) overdueMs = graceMs
      link.control({ kind: 'drain', now: overdueMs !== null })
      // close() has what is left, and a little if nothing is.
      const closeMs = Math.max(end - performance.now(), CLOSE_MS)
      if (!(await within(Promise.race([done, exited]), closeMs)))
        log.warn(`close() has not come to its end within ${Math.round(closeMs)} ms: the process is ended without it`)
    }
    link.close()
    if (!(await within(exited, KILL_AFTER_MS))) {
      killed = true
      child.kill('SIGKILL')
      await exited
    }
  }

  const giveUp = () => steps.reject(new XserveError('DRAINING', `${pod} is being stopped`, { where: pod }))
  signal?.addEventListener('abort', giveUp)
  if (signal?.aborted) giveUp()
  const timeout = spec.timeoutReadyMs
  const timer =
    timeout < 0
      ? undefined
      : setTimeout(() => {
          const hint = 'look at the constructor and init(); --timeout-ready MS waits longer, -1 for ever'
          const message = `${pod} was not ready after ${timeout} ms`
          steps.reject(new XserveError('START_TIMEOUT', message, { where: spec.file, hint, files }))
        }, timerMs(timeout))
  try {
    const { className, endpoints, streams, schemas, modules } = await steps.promise
    state = 'ready'
    return {
      pid: child.pid,
      link,
      className,
      endpoints,
      streams,
      schemas,
      modules,
      get state() {
        return state
      },
      exited,
      stop,
    }
  } catch (error) {
    child.kill('SIGKILL')
    await exited
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
  }
}

/** `clean`: it was told to end; `killed`: and did not, so that we ended it. One that others kill meanwhile says so. */
function howItEnded(code: number | null, signal: string | number | null, clean: boolean, killed: boolean): string {
  if (clean && (signal === null || killed)) return 'was stopped'
  if (signal === 'SIGKILL') return 'was killed by SIGKILL (by hand, or for lack of memory)'
  if (signal !== null) return `was ended by ${signal}`
  if (code === 0) return 'ended by itself with exit code 0 (process.exit in user code?)'
  return `ended by itself with exit code ${code}`
}
