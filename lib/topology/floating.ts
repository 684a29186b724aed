/** Executors that nobody waits for: what is under way, and what failed unseen. */
import { XserveError } from '../errors.ts'
import type { CallContext } from '../wire/call.ts'
import { Envelope } from '../wire/envelope.ts'
import type { Route } from '../wire/routes.ts'
import { decodeStatus } from '../wire/status.ts'
import { callChain } from './chain.ts'
import type { Graph, Stage } from './compile.ts'
import { detachedFrom } from './context.ts'
import type { Watcher } from './walk.ts'

export interface Floating {
  /** For one walk: it counts as under way until it says that it is over. */
  watch(): Watcher
  /** Calls the floating executors that stand behind `stage`, with a document of a stream. */
  follow(graph: Graph, stage: Stage, request: Envelope, output: Envelope, context: CallContext): void
  /** Resolves when nothing is under way. */
  settled(): Promise<void>
}

export function createFloating(warn: (text: string) => void): Floating {
  let open = 0
  let waiting: (() => void)[] = []
  const onFloatingFailure = (name: string, reason: unknown): void =>
    warn(`${name} is floating and failed, which no caller is told: ${reasonOf(reason)}`)
  const onOver = (): void => {
    if (--open > 0) return
    const done = waiting
    waiting = []
    for (const resolve of done) resolve()
  }

  const followOne = async (graph: Graph, stage: Stage, request: Envelope, input: Envelope, context: CallContext) => {
    const routes: Route[] = []
    const { output, failed } = await callChain([stage], request, [input], context, routes)
    if (failed) throw new XserveError('ANSWER_FAILED', reasonOf(output))
    follow(graph, stage, request, output, context)
  }
  const follow: Floating['follow'] = (graph, stage, request, output, context) => {
    for (const index of stage.followers) {
      const follower = graph.stages[index]!
      // One that joins several is left out: there is no telling which documents of the stream belong together.
      if (follower.awaited || follower.needs.length > 1) continue
      open++
      followOne(graph, follower, request, output, detachedFrom(context))
        .catch((error: unknown) => onFloatingFailure(follower.name, error))
        .finally(onOver)
    }
  }

  return {
    watch() {
      open++
      return { onFloatingFailure, onOver }
    },
    follow,
    settled: () => (open === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  }
}

function reasonOf(reason: unknown): string {
  if (reason instanceof Envelope) return decodeStatus(reason.status).description
  return reason instanceof Error ? reason.message : String(reason)
}
