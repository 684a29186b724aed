/** One replica: a worker process that is started, replaced when it dies, drained at the end; a call interface all the while. */
import { createLocalChannel } from '../channel/local.ts'
import { asXserveError, XserveError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { type CallContext, type CallHandler, detachedContext } from '../wire/call.ts'
import { DRY_RUN_ENDPOINT } from '../wire/dry-run.ts'
import { Envelope } from '../wire/envelope.ts'
import type { EndpointSchemas } from '../wire/schemas/endpoint-schema.ts'
import type { Balanced } from './balance.ts'
import { createDoubt, type Doubt } from './doubt.ts'
import { startWorkerProcess, type WorkerProcess, type WorkerProcessOptions, type WorkerSpec } from './worker-process.ts'

export interface Replica extends Balanced {
  /** Resolves when the worker is ready; rejects with its own error, then nothing is left running. */
  start(): Promise<void>
  /** Known once ready. */
  readonly className: string
  readonly endpoints: readonly string[]
  /** Those of the endpoints that stream. */
  readonly streams: readonly string[]
  /** What endpoints have declared to take and to give. */
  readonly schemas: EndpointSchemas
  /** Files of the user's that its worker has loaded. */
  readonly modules: readonly string[]
  /** Of its worker; 0 when there is none. */
  readonly pid: number
  /** Why its worker is not there, or is not to be relied on since it has ended again and again; null: all is well. */
  readonly failing: string | null
  /**
   * Starts another worker and makes it the one that new calls go to as soon as it is ready; the old one finishes its calls
   * within `drainMs` and ends. Rejects with the new one's own error, or with DRAINING when `signal` ends the start; then the
   * old one serves on. Waits for one that still drains: there are never more than two.
   */
  replace(next: WorkerSpec, drainMs: number, signal?: AbortSignal): Promise<void>
  /** Ends the worker after its calls under way; kills it after `graceMs`. */
  stop(graceMs: number): Promise<void>
}

/** Delays before a worker that died is started again: the first at once, then doubling with jitter up to the cap. */
const FIRST_DELAY_MS = 100
const MAX_DELAY_MS = 10_000
/** A worker that lived this long had a good start: the next death begins anew with no delay. */
const GOOD_LIFE_MS = 10_000
/** When a worker before the last one still has calls after so long, it is said what is waited for. */
const TELL_WAIT_MS = 1000
/** Who answers nothing for so long is told of as failing: models may compute for seconds and hear nothing meanwhile. */
const SILENT_MS = 10_000
/** Answered by the worker itself, as soon as the user's code lets it. */
const SIGN_OF_LIFE = Envelope.create({ requestId: '', endpoint: DRY_RUN_ENDPOINT })

type State =
  | { readonly kind: 'new' }
  | {
      readonly kind: 'ready'
      readonly worker: WorkerProcess
      readonly channel: CallHandler
      readonly doubt: Doubt
      readonly since: number
    }
  /** The first start or a later one is under way; calls wait for it. */
  | { readonly kind: 'starting'; readonly started: Promise<void> }
  /** The last start failed; calls fail at once until the next try. */
  | { readonly kind: 'failed'; readonly error: XserveError }
  | { readonly kind: 'stopped' }

export function createReplica(first: WorkerSpec, options: WorkerProcessOptions): Replica {
  const name = first.start.name
  let spec = first
  const log: Logger = options.log.named(first.start.pod)
  let state: State = { kind: 'new' }
  let className = ''
  let endpoints: readonly string[] = []
  let streams: readonly string[] = []
  let schemas: EndpointSchemas = {}
  let modules: readonly string[] = []
  /** Ends a start that an exchange has made useless. */
  let launching = new AbortController()
  const retiring = new Set<Promise<void>>()
  let deaths = 0
  let lastDeath: XserveError | null = null
  let timer: Timer | undefined
  const stopping = new AbortController()

  const launch = async (startSignal?: AbortSignal): Promise<void> => {
    const { signal } = launching
    const ends = [stopping.signal, signal, ...(startSignal ? [startSignal] : [])]
    const worker = await startWorkerProcess(spec, options, AbortSignal.any(ends))
    if (state.kind === 'stopped' || signal.aborted) await worker.stop(0)
    else adopt(worker)
  }

  const adopt = (worker: WorkerProcess): void => {
    className = worker.className
    endpoints = worker.endpoints
    streams = worker.streams
    schemas = worker.schemas
    modules = worker.modules
    const { pod } = spec.start
    const channel = createLocalChannel({ link: worker.link, name, pod, whyClosed: () => worker.exited })
    const doubt = createDoubt(() => channel.call(SIGN_OF_LIFE, detachedContext()))
    state = { kind: 'ready', worker, channel, doubt, since: performance.now() }
    void worker.exited.then((reason) => {
      if (state.kind === 'ready' && state.worker === worker) revive(reason, performance.now() - state.since)
    })
  }

  const revive = (reason: XserveError, livedMs: number): void => {
    log.error(reason.message)
    deaths = livedMs >= GOOD_LIFE_MS ? 1 : deaths + 1
    lastDeath = reason
    const delay =
      deaths === 1 ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (deaths - 2)) * (0.5 + Math.random() / 2)
    state = { kind: 'failed', error: unavailable(reason, delay) }
    if (delay === 0) {
      restart()
      return
    }
    log.info(`starting it again in ${Math.round(delay)} ms`)
    timer = setTimeout(restart, delay)
  }

  const restart = (): void => {
    const started = launch().then(
      () => {
        if (state.kind === 'ready') log.info(`started again as process ${state.worker.pid}`)
      },
      (error: unknown) => {
        if (state.kind === 'starting') revive(asXserveError(error), 0)
      },
    )
    state = { kind: 'starting', started }
  }

  const unavailable = (reason: XserveError, delayMs: number): XserveError =>
    new XserveError('WORKER_UNAVAILABLE', `${name} is not running: ${reason.message}`, {
      where: name,
      hint: `it is started again in ${Math.round(delayMs)} ms`,
    })

  /** One death is mended at once; of a second the cause is still there until a worker has lived long enough. */
  const failing = (): string | null => {
    if (state.kind === 'ready' && state.doubt.silentMs >= SILENT_MS) return silent(state.doubt)
    if (state.kind === 'ready' && (deaths < 2 || performance.now() - state.since >= GOOD_LIFE_MS)) return null
    const reason = lastDeath ?? (state.kind === 'failed' ? state.error : null)
    if (reason === null) return null
    const often = deaths < 2 ? '' : `; it has ended ${deaths} times in a row`
    return `${reason.message}${often}, ${state.kind === 'ready' ? 'and runs again' : 'and is started again'}`
  }

  const silent = ({ calls, silentMs }: Doubt): string =>
    `${first.start.pod} has answered nothing for ${Math.round(silentMs / 1000)} s (calls given up meanwhile: ${calls}): it computes, or hangs`

  /** To be used at once: a moment later it may be that of a worker that takes no more calls. */
  const channel = (): CallHandler => {
    if (state.kind === 'ready') return state.channel
    if (state.kind === 'failed') throw state.error
    throw new XserveError('DRAINING', `${name} is being stopped`, { where: name })
  }
  const started = async (): Promise<void> => {
    while (state.kind === 'starting') await state.started
  }

  // The common case costs no promise.
  const call = (request: Envelope, context: CallContext): Promise<Envelope> =>
    state.kind === 'ready'
      ? state.channel.call(request, context)
      : started().then(() => channel().call(request, context))

  const start = (): Promise<void> => {
    const launched = launch(options.startSignal)
    // Calls that come before the worker is ready wait for it; its failure is the caller's of start(), too.
    state = {
      kind: 'starting',
      started: launched.catch((error: unknown) => {
        if (state.kind === 'starting') state = { kind: 'failed', error: asXserveError(error) }
      }),
    }
    return launched
  }

  const replace = async (next: WorkerSpec, drainMs: number, signal?: AbortSignal): Promise<void> => {
    await retired(drainMs)
    const ends = signal === undefined ? stopping.signal : AbortSignal.any([stopping.signal, signal])
    if (ends.aborted) throw new XserveError('DRAINING', `${name} is being stopped`, { where: name })
    const worker = await startWorkerProcess(next, options, ends)
    const last = state
    if (last.kind === 'stopped') {
      await worker.stop(0)
      return
    }
    clearTimeout(timer)
    launching.abort()
    launching = new AbortController()
    spec = next
    deaths = 0
    lastDeath = null
    adopt(worker)
    if (last.kind !== 'ready') return
    const gone = last.worker.stop(drainMs).finally(() => retiring.delete(gone))
    retiring.add(gone)
  }

  const retired = async (drainMs: number): Promise<void> => {
    if (retiring.size === 0) return
    const text = `the worker before this one has calls under way: the next starts when they are over, in ${drainMs} ms at the latest (--drain-timeout)`
    const tell = setTimeout(() => log.info(text), TELL_WAIT_MS)
    await Promise.all(retiring)
    clearTimeout(tell)
  }

  return {
    start,
    replace,
    get modules() {
      return modules
    },
    get pid() {
      return state.kind === 'ready' ? state.worker.pid : 0
    },
    get failing() {
      return failing()
    },
    get className() {
      return className
    },
    get endpoints() {
      return endpoints
    },
    get streams() {
      return streams
    },
    get schemas() {
      return schemas
    },
    get pending() {
      return state.kind === 'ready' ? state.worker.link.pending + state.doubt.calls : 0
    },
    doubt() {
      if (state.kind === 'ready') state.doubt.raise()
    },
    get state() {
      return state.kind
    },
    call,
    async *stream(request, context) {
      await started()
      yield* channel().stream(request, context)
    },
    async stop(graceMs) {
      clearTimeout(timer)
      const last = state
      state = { kind: 'stopped' }
      stopping.abort()
      if (last.kind === 'ready') await last.worker.stop(graceMs)
      if (last.kind === 'starting') await last.started
      await Promise.all(retiring)
    },
  }
}
