/**
 * The child program: hello → load → start → ready, then calls until drain or the end of the link (design §2). It loads
 * nothing that it does not need: it must be ready within milliseconds.
 */
import { XserveError } from '../errors.ts'
import { type Batcher, createBatcher } from '../executor/batcher.ts'
import { buildBatching } from '../executor/dynamic-batching.ts'
import { buildEndpoints, type EndpointTable, typedOf } from '../executor/endpoints.ts'
import { type Executor, type Metas, makeExecutor } from '../executor/executor.ts'
import { headline, positionOf, stackLines, statusOf } from '../executor/failure.ts'
import { streamingEndpoints } from '../executor/generator.ts'
import { addresseeOf, createInvoker, type Invoker, type Methods } from '../executor/invoke.ts'
import { createStreamer, type Streamer } from '../executor/stream.ts'
import { createLink } from '../link/create.ts'
import type { IncomingCall, Link, LinkHandlers } from '../link/link.ts'
import {
  type AnswerMessage,
  type ControlMessage,
  decodeCall,
  type ExecutorStart,
  encodeAnswer,
  type Failure,
} from '../link/messages.ts'
import { DEFAULT_ENDPOINT } from '../wire/default-endpoint.ts'
import { exitOn } from './exit-on.ts'
import { collectClasses } from './handed-over.ts'
import { createWorkerLog } from './log.ts'
import { reachableFiles } from './reachable-files.ts'
import { loadedModules, loadUserModule, provideSdk, type UserModule } from './user-module.ts'

/** The link is the fourth of the inherited streams. */
const LINK_FD = 3
const EMPTY = new Uint8Array(0)
/** Ends a stream that went well. */
const NOTHING: readonly Uint8Array[] = []

/** Serves until the link closes, then ends the process. `sdk` is what user code imports as 'xserve'. */
export async function runWorker(sdk: Record<string, unknown>): Promise<void> {
  // Processes that user code starts are its own affair.
  delete process.env.BUN_FEATURE_FLAG_NO_ORPHANS
  provideSdk(sdk)
  const handed = collectClasses()
  let file = ''
  let loading: Promise<void> = Promise.resolve()
  let loaded: UserModule | null = null
  let executor: Executor | null = null
  let batcher: Batcher | null = null
  let finished = false

  const load = async ({ files, className, usesRequests, argv }: ControlMessage & { kind: 'load' }): Promise<void> => {
    loaded = await loadUserModule(files, className, handed, { isOfScript: argv?.[1] === files[0] })
    const table = buildEndpoints(loaded.executor, usesRequests)
    const requests = usesRequests ? { requests: Object.fromEntries(table) } : {}
    const endpoints = [...table.keys()]
    link.control({ kind: 'loaded', className: loaded.className, endpoints, ...requests, modules: loadedModules() })
  }

  /** The order to start may come before the module is loaded: that saves a round trip. */
  const startLoaded = async (given: ExecutorStart): Promise<void> => {
    await loading
    if (loaded !== null) await start(loaded, given).catch((error) => report('start', error))
  }

  const start = async ({ executor: Class, className }: UserModule, given: ExecutorStart): Promise<void> => {
    const table = buildEndpoints(Class, given.usesRequests)
    executor = construct(Class, given, className, Object.fromEntries(table), link)
    const methods = given.oneAtATime === true ? await inTurns(executor, table) : (executor as unknown as Methods)
    batcher = batcherOf(executor, methods, Class, className, table, given)
    const typed = await typedOf(Class, table)
    await executor.init()
    const invoker = createInvoker(executor, className, table, { batcher, typed, methods })
    calls.serve(invoker, createStreamer(executor, className, table, { typed, methods }), className)
    const exits = given.exitOnExceptions ?? []
    if (exits.length > 0) calls.onFailure = exitOn(exits, link, () => executor!.close())
    const streams = streamingEndpoints(executor, table)
    const schemas = Object.fromEntries([...(typed ?? [])].map(([endpoint, { schema }]) => [endpoint, schema]))
    link.control({ kind: 'ready', className, endpoints: [...table.keys()], streams, schemas, modules: loadedModules() })
  }

  const finish = async (): Promise<void> => {
    if (finished) return
    finished = true
    try {
      await executor?.close()
    } catch (error) {
      link.control({ kind: 'failed', step: 'close', failure: failureOf(error), files: [] })
    }
    link.control({ kind: 'drained' })
  }

  const onControl = (message: ControlMessage): void => {
    if (message.kind === 'load') {
      file = message.files[0]!
      if (message.argv) process.argv = [...message.argv]
      loading = load(message).catch((error) => report('load', error, reachableFiles(message.files)))
    } else if (message.kind === 'start') void startLoaded(message.executor)
    else if (message.kind === 'hurry') batcher?.hurry()
    else if (message.kind === 'drain') {
      batcher?.hurry()
      calls.drain(message.now === true)
    }
  }

  const report = (step: 'load' | 'start', error: unknown, reachable: readonly string[] = []): void => {
    const files = [...new Set([...loadedModules(), ...reachable])]
    link.control({ kind: 'failed', step, failure: { where: file, ...failureOf(error) }, files })
  }

  const calls = createCalls(() => void finish())
  const link = await openLink({ call: calls.take, control: onControl, closed: () => process.exit(0) })
  keepAlive(link)
  link.control({ kind: 'hello', pid: process.pid })
}

async function openLink(handlers: LinkHandlers): Promise<Link> {
  try {
    return await createLink(LINK_FD, { side: 'worker' }, handlers)
  } catch {
    process.stderr.write(
      'xserve worker is started by xserve itself, with a link to it; for a server: xserve run FILE\n',
    )
    process.exit(2)
  }
}

interface Calls {
  /** Nothing is called before. */
  serve(invoker: Invoker, streamer: Streamer, className: string): void
  take(payload: Uint8Array, incoming: IncomingCall): void
  /** Told of every call that the executor fails, after its answer. */
  onFailure: ((answer: AnswerMessage) => void) | null
  /** Calls `done` when nobody waits for an answer any more, right away if nobody does or it is to be `now`. */
  drain(now: boolean): void
}

/** The calls under way. A method that goes on for a caller who has left holds up no drain. */
function createCalls(done: () => void): Calls {
  let invoke: Invoker | null = null
  let stream: Streamer | null = null
  let name = ''
  let open = 0
  let draining = false

  /** An answer beyond what a message can hold is none. */
  const end = (incoming: IncomingCall, answer: AnswerMessage | null): void => {
    try {
      incoming.end(answer === null ? NOTHING : encodeAnswer(answer))
    } catch (error) {
      incoming.end(encodeAnswer({ failed: true, unchanged: true, extra: statusOf(error, name), data: EMPTY }))
    }
  }
  const calls: Calls = {
    onFailure: null,
    serve(invoker, streamer, className) {
      invoke = invoker
      stream = streamer
      name = className
    },
    take(payload, incoming) {
      open++
      let waited = true
      const settle = (): void => {
        if (!waited) return
        waited = false
        open--
        if (draining && open === 0) done()
      }
      const answered = (answer: AnswerMessage | null): void => {
        end(incoming, answer)
        settle()
        if (answer?.failed) calls.onFailure?.(answer)
      }
      const message = decodeCall(payload)
      const call = message.stream
        ? stream!(message, { item: (answer) => incoming.item(encodeAnswer(answer)), end: answered })
        : invoke!(message, answered)
      incoming.onCancel = () => {
        call.cancel()
        settle()
      }
    },
    drain(now) {
      draining = true
      if (now || open === 0) done()
    },
  }
  return calls
}

/** Loaded only where it is asked for. */
async function inTurns(executor: Executor, table: EndpointTable): Promise<Methods> {
  const { oneAtATime } = await import('../executor/turns.ts')
  return oneAtATime(executor as unknown as Methods, table.values())
}

/** null: nothing is batched, which costs nothing then. */
function batcherOf(
  executor: Executor,
  methods: Methods,
  Class: typeof Executor,
  className: string,
  table: EndpointTable,
  given: ExecutorStart,
): Batcher | null {
  const plans = buildBatching(Class, table, given.dynamicBatching)
  if (plans.size === 0) return null
  return createBatcher({
    planFor: (endpoint) => plans.get(table.has(endpoint) ? endpoint : DEFAULT_ENDPOINT),
    methods,
    className,
    addressee: addresseeOf(executor),
  })
}

function construct(
  Class: typeof Executor,
  given: ExecutorStart,
  className: string,
  requests: Readonly<Record<string, string>>,
  link: Link,
): Executor {
  const { name, pod, replicas, shards, shardId, replicaId, workspace } = given
  const metas = { name: className, ...given.usesMetas } as Metas
  const runtimeArgs = { name: pod, replicas, shards, shardId, replicaId, workspace }
  const making = { name, metas, runtimeArgs, requests, logger: createWorkerLog(link), link }
  const Constructor = Class as unknown as new (usesWith: Readonly<Record<string, unknown>>) => Executor
  return makeExecutor(making, () => new Constructor(given.usesWith))
}

/** An error of user code outside of any call is told and survived; signals of the terminal are the parent's. */
function keepAlive(link: Link): void {
  const tell = (what: string) => (error: unknown) =>
    link.control({ kind: 'log', level: 'error', text: `${what}: ${stackLines(error).join('').trimEnd()}` })
  process.on('uncaughtException', tell('uncaught error'))
  process.on('unhandledRejection', tell('unhandled rejection'))
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
}

function failureOf(error: unknown): Failure {
  const ours = error instanceof XserveError ? error : null
  const { where = positionOf(error), hint, cause } = ours?.details ?? {}
  const [, ...frames] = stackLines(error)
  const stack = typeof cause === 'string' ? cause : frames.join('').trimEnd()
  return {
    code: ours?.code ?? 'START_FAILED',
    message: ours?.message ?? headline(error),
    ...(where === undefined ? {} : { where }),
    ...(hint === undefined ? {} : { hint }),
    ...(stack === '' ? {} : { stack }),
  }
}
