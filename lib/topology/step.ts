/** What happens to a request before a stage and after it: branches become one, documents are chosen, results are collected. */
import type { Envelope } from '../wire/envelope.ts'
import { mergeResults } from '../wire/results.ts'
import type { Route } from '../wire/routes.ts'
import type { Stage } from './compile.ts'
import { appendData, filterData, joinData } from './documents.ts'

const NOTHING = new Uint8Array(0)

/** The client's request with other documents and parameters; null leaves those of the client. */
function forward(request: Envelope, data: Uint8Array | null, parameters: Uint8Array | null, trail: readonly Route[]) {
  return request.answer({ role: 'executor', data, parameters, status: null, routes: trail })
}

const dataOf = (envelope: Envelope): Uint8Array | null => (envelope.hasData ? envelope.data : null)

/** What comes out of one stage, as the request to those behind it. Throws XserveError BAD_REQUEST for malformed results. */
export function handOn(stage: Stage, request: Envelope, input: Envelope, answer: Envelope): Envelope {
  const data = answer.hasData ? answer.data : input.hasData ? NOTHING : null
  const own = answer.ownParameters
  const parameters = own === null ? input.parameters : mergeResults(input.parameters, [own])
  return forward(request, data, parameters, stage.trail)
}

/** Branches joined by id, the first one counting most; their results put together. */
export function join(request: Envelope, inputs: readonly Envelope[], trail: readonly Route[]): Envelope {
  const [only] = inputs
  if (inputs.length === 1) return forward(request, dataOf(only!), only!.parameters, trail)
  const data = inputs.some((input) => input.hasData) ? joinData(inputs.map((input) => input.data)) : null
  return forward(request, data, resultsOf(request, inputs), trail)
}

function resultsOf(request: Envelope, inputs: readonly Envelope[]): Uint8Array {
  const parameters = inputs.map((input) => input.parameters)
  return mergeResults(request.parameters, parameters)
}

/** The request that the stage is called with. Throws XserveError BAD_REQUEST for documents that cannot be read. */
export function requestOf(stage: Stage, request: Envelope, inputs: readonly Envelope[]): Envelope {
  const several = inputs.length > 1
  if (several && stage.noReduce) return sideBySide(stage, request, inputs)
  const input = several ? join(request, inputs, request.routes) : inputs[0]!
  return stage.condition === null ? input : chosen(stage, request, input)
}

/** Every branch on its own, and none the same object as what other stages get. */
function sideBySide(stage: Stage, request: Envelope, inputs: readonly Envelope[]): Envelope {
  const [first, ...others] = stage.condition === null ? inputs : inputs.map((input) => chosen(stage, request, input))
  const carrier = forward(request, dataOf(first!), resultsOf(request, inputs), trailOf(first!))
  carrier.siblings = others
  return carrier
}

function chosen(stage: Stage, request: Envelope, input: Envelope): Envelope {
  const { data } = input
  const kept = data.length === 0 ? data : filterData(data, stage.condition!)
  return kept === data ? input : forward(request, kept, input.parameters, trailOf(input))
}

const trailOf = (input: Envelope): readonly Route[] => input.routes.slice(-1)

/** A stage without a process: what it was to be called with is its answer; branches side by side stand one behind the other. */
export function passedOn(stage: Stage, request: Envelope, input: Envelope): Envelope {
  const branches = [input, ...input.siblings]
  const data = branches.length === 1 ? dataOf(input) : appendData(branches.map((branch) => branch.data))
  return forward(request, data, input.parameters, stage.trail)
}
