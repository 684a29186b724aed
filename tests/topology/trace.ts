/** Nodes in memory that write down what comes to them and change documents by a list of steps; and requests to their graphs. */
import { decodeData, encodeData } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import type { DocumentArray } from '../../lib/document/document-array.ts'
import { concatenate } from '../../lib/document/reduce.ts'
import { parametersFor } from '../../lib/executor/parameters.ts'
import type { GraphPlan, NodePlan } from '../../lib/plan/plan.ts'
import { decodeStruct, encodeStruct } from '../../lib/protobuf/struct.ts'
import type { Node } from '../../lib/topology/node.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import { withResult } from '../../lib/wire/results.ts'
import { decodeRoutes } from '../../lib/wire/routes.ts'
import { decodeStatus, encodeStatus } from '../../lib/wire/status.ts'

type Values = Record<string, unknown>
export type Step = string | Values

/** One call as a node saw it. */
export interface Seen {
  readonly executor: string
  readonly docs: Values[]
  readonly parameters?: Values
  readonly matrix?: Values[][]
}

export interface TraceOptions {
  readonly steps?: readonly Step[]
  /** Default: every endpoint. */
  readonly endpoints?: readonly string[]
  /** The answer waits for it. */
  readonly gate?: Promise<unknown>
}

export function plain(document: Document): Values {
  const row: Values = { id: document.id }
  if (document.text) row.text = document.text
  if (Object.keys(document.tags).length > 0) row.tags = document.tags
  if (document.weight) row.weight = document.weight
  if (document.uri) row.uri = document.uri
  if (document.matches.length > 0) row.matches = document.matches.map(plain)
  if (document.chunks.length > 0) row.chunks = document.chunks.map(plain)
  return row
}

const plainAll = (documents: DocumentArray): Values[] => documents.map(plain)

function carryOut(steps: readonly Step[], name: string, docs: DocumentArray, matrix: readonly DocumentArray[]) {
  let current = docs
  let result: unknown
  for (const step of steps) {
    const [kind, value] = typeof step === 'string' ? [step, undefined] : Object.entries(step)[0]!
    if (kind === 'append') for (const one of current) one.text = `${one.text ?? ''}>${name}`
    else if (kind === 'mark') for (const one of current) one.text = `${one.text ?? ''}>${value}`
    else if (kind === 'text' || kind === 'weight' || kind === 'uri')
      for (const one of current) Object.assign(one, { [kind]: value })
    else if (kind === 'tags') for (const one of current) one.tags = { ...one.tags, ...(value as Values) }
    else if (kind === 'match')
      for (const one of current) one.matches.push(new Document({ id: value as string, text: name }))
    else if (kind === 'add') current.push(new Document({ id: value as string, text: name }))
    else if (kind === 'clear') current.clear()
    else if (kind === 'replace') {
      current.clear()
      for (const id of value as string[]) current.push(new Document({ id, text: name }))
    } else if (kind === 'result') result = { value }
    else if (kind === 'raise') throw Object.assign(new Error(value as string), { name: 'ValueError' })
    else if (kind === 'concat_matrix') {
      const all = matrix.flatMap((branch, i) => branch.map((one) => ({ id: `${i}-${one.id}`, text: one.text })))
      current = concatenate([]).extend(all.map((one) => new Document(one as Values)))
    }
  }
  return { current, result }
}

export function traceNode(name: string, seen: Seen[], options: TraceOptions = {}): Node {
  const { steps = ['append'], endpoints, gate } = options
  const answer = (request: Envelope): Envelope => {
    const branches = [request, ...request.siblings]
    const matrix = branches.map((branch) => decodeData(branch.data))
    const docs = matrix.length === 1 ? matrix[0]! : concatenate(matrix)
    const parameters = request.parameters.length === 0 ? {} : decodeStruct(request.parameters)
    const { __results__: _, ...own } = parametersFor(parameters, name, name)
    seen.push({
      executor: name,
      docs: plainAll(docs),
      ...(Object.keys(own).length > 0 ? { parameters: own } : {}),
      ...(matrix.length > 1 ? { matrix: matrix.map(plainAll) } : {}),
    })
    const base = { role: 'executor', parameters: null, status: null, routes: [] } as const
    try {
      const { current, result } = carryOut(steps, name, docs, matrix)
      const results = result === undefined ? null : withResult(request.parameters, `${name}/rep-0`, result)
      return request.answer({ ...base, data: encodeData(current), parameters: results })
    } catch (error) {
      const { name: kind, message } = error as Error
      const status = encodeStatus({ name: kind, args: [message], stacks: [], executor: 'Trace', description: message })
      return request.answer({ ...base, data: null, status })
    }
  }
  return {
    name,
    has: (endpoint) => endpoints === undefined || endpoints.includes(endpoint),
    async call(request) {
      await gate
      return answer(request)
    },
    async *stream(request) {
      await gate
      yield answer(request)
    },
  }
}

/** A node of a graph; what is left out is as in a Flow of one. */
export const nodePlan = (name: string, needs: readonly string[], more: Partial<NodePlan> = {}): NodePlan => ({
  name,
  needs,
  floating: false,
  when: null,
  noReduce: false,
  ...more,
})

/** Nodes as they are, those behind which nobody stands as the ends, floating ones left out. */
export function graphOf(...nodes: readonly NodePlan[]): GraphPlan {
  const needed = new Set(nodes.flatMap((node) => node.needs))
  return { nodes, ends: nodes.filter((node) => !needed.has(node.name) && !node.floating).map((node) => node.name) }
}

export interface Asking {
  readonly on?: string
  readonly docs: readonly Values[]
  readonly parameters?: Values
  readonly target?: string
}

export function requestOf({ on = '/', docs, parameters, target }: Asking): Envelope {
  const documents = concatenate([]).extend(docs.map((row) => new Document(row)))
  const made = Envelope.create({
    requestId: 'r',
    endpoint: on,
    data: encodeData(documents),
    ...(target === undefined ? {} : { targetExecutor: target }),
    ...(parameters === undefined ? {} : { parameters: encodeStruct(parameters) }),
  })
  return Envelope.parse(made.encode())
}

export interface Told {
  readonly docs: Values[]
  readonly parameters: Values
  readonly routes: string[]
  /** Message of the exception. */
  readonly failure?: string
}

/** An answer as a client reads it. */
export function told(answer: Envelope): Told {
  const read = Envelope.parse(answer.encode())
  return {
    docs: decodeData(read.data).map(plain),
    parameters: decodeStruct(read.parameters),
    routes: decodeRoutes(read.routeBytes).map((route) => route.executor),
    ...(read.isError ? { failure: decodeStatus(read.status).description } : {}),
  }
}
