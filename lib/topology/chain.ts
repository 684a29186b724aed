/** Stages one behind the other: the common Flow, and what stands behind the last join of any other. Nothing is walked, nothing is decoded. */
import { type Loans, loansOf } from '../link/memory/loans.ts'
import type { CallContext } from '../wire/call.ts'
import type { Envelope } from '../wire/envelope.ts'
import { now, type Route } from '../wire/routes.ts'
import { skippedRoute, statusOf } from './answer.ts'
import type { Stage } from './compile.ts'
import { isEmpty } from './documents.ts'
import { skips } from './skip.ts'
import { handOn, join, passedOn, requestOf } from './step.ts'

/** What comes out behind a stage: the request to the next one, or a failed answer. */
export interface Step {
  readonly output: Envelope
  readonly failed: boolean
  readonly route: Route
}

const NEVER = 0

/** A stage that needs no call: it is left out, or has no process. null: it must be called, with what `requestOf` says. */
function withoutCall(stage: Stage, request: Envelope, inputs: readonly Envelope[], startMs: number): Step | null {
  const { name, node } = stage
  if (skips(name, node, request)) {
    const output = inputs.length === 1 ? inputs[0]! : join(request, inputs, stage.trail)
    return { output, failed: false, route: skippedRoute(name, startMs) }
  }
  if (node !== null) return null
  const output = passedOn(stage, request, requestOf(stage, request, inputs))
  return { output, failed: false, route: { executor: name, startMs, endMs: now(), status: null } }
}

function after(stage: Stage, request: Envelope, input: Envelope, answer: Envelope, startMs: number): Step {
  const route: Route = { executor: stage.name, startMs, endMs: now(), status: statusOf(answer) }
  if (answer.isError) return { output: answer, failed: true, route }
  return { output: handOn(stage, request, input, answer), failed: false, route }
}

/** One stage after the other; stops at the first that fails. Loans for what a stage has handed on end when the next has answered. */
export async function callChain(
  stages: readonly Stage[],
  request: Envelope,
  inputs: readonly Envelope[],
  context: CallContext,
  routes: Route[],
): Promise<Step> {
  let current = inputs
  let step: Step = { output: request, failed: false, route: skippedRoute('', NEVER) }
  const loans = loansOf(context)
  for (const stage of stages) {
    const startMs = now()
    const free = withoutCall(stage, request, current, startMs)
    if (free !== null) step = free
    else {
      const input = requestOf(stage, request, current)
      step = after(stage, request, input, await stage.node!.call(input, context), startMs)
    }
    routes.push(step.route)
    if (step.failed) return step
    if (loans !== null) releaseInputs(loans, current, step.output)
    current = [step.output]
  }
  return step
}

/** An executor that leaves the documents as they are hands on what it was given. */
function releaseInputs(loans: Loans, inputs: readonly Envelope[], output: Envelope): void {
  const kept = output.data
  for (const { data } of inputs) if (data !== kept) loans.release(data)
}

/** Whether nothing has remained of the documents that the caller sent. */
function isDropped(input: Envelope, request: Envelope): boolean {
  if (input === request || !request.hasData) return false
  return [input, ...input.siblings].every(({ data }) => isEmpty(data)) && !isEmpty(request.data)
}

/** Called for every document that a stage hands on; what it starts is nobody's to wait for. */
export type Onlooker = (stage: Stage, output: Envelope) => void

/**
 * As callChain, for streaming endpoints: each document of a stage among `streamers` goes on its own through those behind it,
 * at the pace of the reader. A failure is the last of the steps. A document that a condition has dropped, or an executor
 * before, ends there: who streams is not called without any.
 */
export async function* streamChain(
  stages: readonly Stage[],
  request: Envelope,
  inputs: readonly Envelope[],
  context: CallContext,
  streamers: ReadonlySet<Stage>,
  onlooker: Onlooker,
): AsyncGenerator<{ readonly step: Step; readonly routes: readonly Route[] }, void, undefined> {
  let over = false

  async function* from(
    index: number,
    current: readonly Envelope[],
    routes: readonly Route[],
    last: Step,
  ): AsyncGenerator<{ readonly step: Step; readonly routes: readonly Route[] }, void, undefined> {
    const stage = stages[index]
    if (stage === undefined || last.failed) {
      over = last.failed
      yield { step: last, routes }
      return
    }
    const startMs = now()
    const next = (step: Step) => {
      if (!step.failed) onlooker(stage, step.output)
      return from(index + 1, [step.output], [...routes, step.route], step)
    }
    const free = withoutCall(stage, request, current, startMs)
    if (free !== null) {
      yield* next(free)
      return
    }
    const input = requestOf(stage, request, current)
    if (!streamers.has(stage)) {
      yield* next(after(stage, request, input, await stage.node!.call(input, context), startMs))
      return
    }
    if (isDropped(input, request)) return
    for await (const answer of stage.node!.stream(input, context)) {
      yield* next(after(stage, request, input, answer, startMs))
      if (over) return
    }
  }
  const first: Step = { output: request, failed: false, route: skippedRoute('', NEVER) }
  yield* from(0, inputs, [], first)
}
