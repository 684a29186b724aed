/** One request on its way through a graph: every stage is called once all that it needs is there, branches at the same time. */
import type { CallContext } from '../wire/call.ts'
import type { Envelope } from '../wire/envelope.ts'
import { now, type Route } from '../wire/routes.ts'
import { skippedRoute, statusOf } from './answer.ts'
import { type Graph, REQUEST, type Stage } from './compile.ts'
import { detachedFrom } from './context.ts'
import { skips } from './skip.ts'
import { handOn, join, passedOn, requestOf } from './step.ts'

/** The part of a graph that is walked. */
export interface Part {
  readonly graph: Graph
  /** Whose outcome is asked for: numbers of stages, or REQUEST. */
  readonly ends: readonly number[]
  /** Stages that are left alone, with all behind them. */
  readonly without: ReadonlySet<number>
  /** Number of stages that the outcome waits for. */
  readonly awaited: number
}

export interface Outcome {
  /** What the ends hand on, in their order. */
  readonly outputs: readonly Envelope[]
  /** Answer of the stage that failed, the first one in the order of ends and needs; then there are no outputs. */
  readonly failed: Envelope | null
  /** Of all stages that were reached, in the order of the graph; those under way have no end yet. */
  readonly routes: readonly Route[]
}

/** What a walk tells besides its outcome. */
export interface Watcher {
  /** A stage that nobody waits for failed. */
  onFloatingFailure(name: string, reason: unknown): void
  /** Nothing of this walk is under way any more. */
  onOver(): void
}

type State = 'waiting' | 'done' | 'failed' | 'blocked'

/** Rejects with what a node's channel rejects with, as soon as it does; the others are left to finish. */
export function walk(part: Part, request: Envelope, context: CallContext, watcher: Watcher): Promise<Outcome> {
  return new Walk(part, request, context, watcher).outcome
}

class Walk {
  readonly outcome: Promise<Outcome>
  readonly #stages: readonly Stage[]
  readonly #states: State[] = []
  readonly #missing: number[] = []
  readonly #outputs: (Envelope | null)[] = []
  readonly #failures: (Envelope | null)[] = []
  readonly #routes: (Route | null)[] = []
  #awaited: number
  #open = 0
  #detached: CallContext | null = null
  #resolve!: (outcome: Outcome) => void
  #reject!: (reason: unknown) => void

  constructor(
    private readonly part: Part,
    private readonly request: Envelope,
    private readonly context: CallContext,
    private readonly watcher: Watcher,
  ) {
    this.#stages = part.graph.stages
    this.#awaited = part.awaited
    for (const stage of this.#stages) {
      this.#states.push('waiting')
      this.#missing.push(stage.waits)
      this.#outputs.push(null)
      this.#failures.push(null)
      this.#routes.push(null)
    }
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Held open while the first stages are entered: some of them end at once.
    this.#open++
    for (const start of part.graph.starts) if (!part.without.has(start)) this.#enter(this.#stages[start]!)
    if (this.#awaited === 0) this.#conclude()
    this.#leave()
  }

  #inputOf(need: number): Envelope {
    return need === REQUEST ? this.request : this.#outputs[need]!
  }

  /** All that the stage needs has come to its end. */
  #enter(stage: Stage): void {
    const { index, name, node } = stage
    if (stage.needs.some((need) => need !== REQUEST && this.#states[need] !== 'done')) {
      this.#settle(stage, 'blocked')
      return
    }
    this.#open++
    const sentMs = now()
    try {
      const inputs = stage.needs.map((need) => this.#inputOf(need))
      if (skips(name, node, this.request)) {
        this.#routes[index] = skippedRoute(name, sentMs)
        this.#done(stage, join(this.request, inputs, stage.trail))
        return
      }
      const input = requestOf(stage, this.request, inputs)
      if (node === null) {
        this.#routes[index] = { executor: name, startMs: sentMs, endMs: now(), status: null }
        this.#done(stage, passedOn(stage, this.request, input))
        return
      }
      this.#routes[index] = skippedRoute(name, sentMs)
      const answered = (answer: Envelope): void => this.#answered(stage, input, sentMs, answer)
      node
        .call(input, this.#contextOf(stage))
        .then(answered)
        .catch((error: unknown) => this.#broken(stage, error))
    } catch (error) {
      this.#broken(stage, error)
    }
  }

  #contextOf(stage: Stage): CallContext {
    if (stage.awaited) return this.context
    this.#detached ??= detachedFrom(this.context)
    return this.#detached
  }

  #answered(stage: Stage, input: Envelope, sentMs: number, answer: Envelope): void {
    this.#routes[stage.index] = { executor: stage.name, startMs: sentMs, endMs: now(), status: statusOf(answer) }
    if (!answer.isError) {
      this.#done(stage, handOn(stage, this.request, input, answer))
      return
    }
    this.#failures[stage.index] = answer
    if (!stage.awaited) this.watcher.onFloatingFailure(stage.name, answer)
    this.#settle(stage, 'failed')
    this.#leave()
  }

  #done(stage: Stage, output: Envelope): void {
    this.#outputs[stage.index] = output
    this.#settle(stage, 'done')
    this.#leave()
  }

  /** No answer at all. */
  #broken(stage: Stage, error: unknown): void {
    if (stage.awaited) this.#reject(error)
    else this.watcher.onFloatingFailure(stage.name, error)
    this.#settle(stage, 'blocked')
    this.#leave()
  }

  #settle(stage: Stage, state: State): void {
    if (this.#states[stage.index] !== 'waiting') return
    this.#states[stage.index] = state
    // Those behind are entered before the answer is made, so that it has the routes of all that were called.
    for (const follower of stage.followers) {
      const missing = --this.#missing[follower]!
      if (missing === 0 && !this.part.without.has(follower)) this.#enter(this.#stages[follower]!)
    }
    if (stage.awaited && --this.#awaited === 0) this.#conclude()
  }

  #leave(): void {
    if (--this.#open === 0) this.watcher.onOver()
  }

  #conclude(): void {
    const routes = this.#routes.filter((route) => route !== null)
    const failed = this.#firstFailure(this.part.ends, new Set())
    const outputs = failed === null ? this.part.ends.map((end) => this.#inputOf(end)) : []
    // A walk that broke has rejected by now, so it does not matter what this says.
    this.#resolve({ outputs, failed, routes })
  }

  #firstFailure(ends: readonly number[], seen: Set<number>): Envelope | null {
    for (const end of ends) {
      if (end === REQUEST || this.#states[end] === 'done' || seen.has(end)) continue
      seen.add(end)
      const found = this.#failures[end] ?? this.#firstFailure(this.#stages[end]!.needs, seen)
      if (found !== null) return found
    }
    return null
  }
}
