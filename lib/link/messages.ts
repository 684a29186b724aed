/**
 * What parent and worker tell each other over the link, besides the frames themselves: the payload of a call, the payload
 * of its answer (both binary, on the data path) and the control messages of a worker's life (JSON, a handful per worker).
 */

import type { DialectName } from '../document/dialect.ts'
import type { BatchingPlan } from '../plan/plan.ts'
import type { EndpointSchemas } from '../wire/schemas/endpoint-schema.ts'

/** Control messages, parent → worker, in the order of a worker's life: load → start → hurry → drain. */
export type ToWorker =
  | {
      readonly kind: 'load'
      /** Absolute paths; the class is looked for in them in this order. */
      readonly files: readonly string[]
      readonly className: string | null
      /** process.argv as the user's script sees it; left out: the worker's own. */
      readonly argv?: readonly string[]
      /** Asks which endpoints the class has with these: nothing is to be started. Default: that is not asked. */
      readonly usesRequests?: Readonly<Record<string, string>>
    }
  | { readonly kind: 'start'; readonly executor: ExecutorStart }
  /** No more calls will come: those that wait for others to be batched with wait no longer. */
  | { readonly kind: 'hurry' }
  /**
   * close() is to be run when the calls under way are over, or right `now`. A message of several frames is overtaken by this
   * one: it is sent when all calls are answered.
   */
  | { readonly kind: 'drain'; readonly now?: boolean }

/** Control messages, worker → parent. */
export type FromWorker =
  | { readonly kind: 'hello'; readonly pid: number }
  | {
      readonly kind: 'loaded'
      readonly className: string
      readonly endpoints: readonly string[]
      /** Endpoint → method, where `usesRequests` were given. */
      readonly requests?: Readonly<Record<string, string>>
      readonly modules: readonly string[]
    }
  | {
      readonly kind: 'ready'
      readonly className: string
      readonly endpoints: readonly string[]
      /** Those of the endpoints that stream. */
      readonly streams: readonly string[]
      /** Files of the user's that are loaded by then; those that are named in the specification among them. */
      readonly modules: readonly string[]
      /** What endpoints have declared; those that have not are left out. */
      readonly schemas: EndpointSchemas
    }
  | {
      readonly kind: 'failed'
      readonly step: 'load' | 'start' | 'close'
      readonly failure: Failure
      /** Files of the user's that it is made of, as far as they are known: a change of them may mend it. */
      readonly files: readonly string[]
    }
  | { readonly kind: 'drained' }
  | { readonly kind: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly text: string }

export type ControlMessage = ToWorker | FromWorker

/** How the executor is to be made; everything is already checked by the parent. */
export interface ExecutorStart {
  /** Deployment name: the route's name, the prefix of specific parameters. Also `metas.name` unless usesMetas says otherwise. */
  readonly name: string
  /** Pod name as Jina names it, `executor0/rep-0`: the key in `__results__`, `runtimeArgs.name`. */
  readonly pod: string
  readonly shardId: number
  readonly shards: number
  readonly replicas: number
  readonly replicaId: number
  readonly workspace: string | null
  readonly usesWith: Readonly<Record<string, unknown>>
  readonly usesMetas: Readonly<Record<string, unknown>>
  readonly usesRequests: Readonly<Record<string, string>>
  /** Endpoint or method → batching, over what the class says; an endpoint goes before its method. Default: none. */
  readonly dynamicBatching?: Readonly<Record<string, BatchingPlan>>
  /** One call at a time. Default: as many as come. */
  readonly oneAtATime?: boolean
  /** Names of errors that end the process once they are answered. Default: none. */
  readonly exitOnExceptions?: readonly string[]
}

/** An error that crosses the process border: an XserveError's code with all it says. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly where?: string
  readonly hint?: string
  /** Stack of user code, source-mapped; shown with --debug or when the error is the user's. */
  readonly stack?: string
}

/** One incoming branch of a call: the node it comes from ('' when unknown) and its DataContentProto bytes (field 4's content). */
export interface Branch {
  readonly name: string
  readonly data: Uint8Array
}

/**
 * A call. Layout, little endian: u32 parameters length · u16 endpoint length · u16 trace length · f64 deadline
 * · u16 branches · u16 flags (bit 0: stream, bits 1 and 2: the caller speaks v1, v2) · endpoint · trace · parameters · per branch (u16 name length · u32 data length · name · data).
 */
export interface CallMessage {
  /** UTF-8. */
  readonly endpoint: string
  /** W3C traceparent (and `\n` tracestate), or ''. */
  readonly trace: string
  /** Milliseconds of the epoch; 0 = none. */
  readonly deadline: number
  /** Struct bytes as the client sent them; empty = none. */
  readonly parameters: Uint8Array
  readonly branches: readonly Branch[]
  /** The answer is to come as items, for the one document of the call; the last message is empty, or an answer that failed. */
  readonly stream?: boolean
  /** What the caller speaks, where its documents may not tell. */
  readonly dialect?: DialectName | undefined
}

/**
 * An answer. Layout: u8 outcome (0 done, 1 failed) · u8 flags (bit 0: documents unchanged, data is left out)
 * · u16 spare · u32 extra length · extra · data.
 */
export interface AnswerMessage {
  readonly failed: boolean
  /** The documents are those of the (single) branch, unchanged; `data` is empty then. */
  readonly unchanged: boolean
  /** Done: Value bytes (google.protobuf.Value) of what the method returned, empty if nothing. Failed: StatusProto bytes. */
  readonly extra: Uint8Array
  /** DataContentProto bytes; may be empty for no documents. */
  readonly data: Uint8Array
}

const EMPTY = new Uint8Array(0)
const encoder = new TextEncoder()
const decoder = new TextDecoder()
const CALL_HEAD = 20
const STREAM = 1
const FIRST_DIALECT = 2
const SECOND_DIALECT = 4
const BRANCH_HEAD = 6
const ANSWER_HEAD = 8

/** Names of endpoints and nodes are few and come with every call; a caller that names ever new ones does not fill the memory. */
const nameBytes = new Map<string, Uint8Array>()
const MOST_NAMES = 256

function encodeName(name: string): Uint8Array {
  if (name === '') return EMPTY
  let bytes = nameBytes.get(name)
  if (bytes === undefined) {
    bytes = encoder.encode(name)
    if (nameBytes.size >= MOST_NAMES) nameBytes.clear()
    nameBytes.set(name, bytes)
  }
  return bytes
}

/** The parts of a call's payload: a head, then the buffers as they are, so that nothing large is copied here. */
export function encodeCall(message: CallMessage): Uint8Array[] {
  const { parameters, branches } = message
  const endpoint = encodeName(message.endpoint)
  const trace = message.trace === '' ? EMPTY : encoder.encode(message.trace)
  const [only] = branches
  // The common call has one branch and no parameters: all but the documents is one piece.
  const short = branches.length === 1 && parameters.length === 0
  const from = short ? encodeName(only!.name) : EMPTY
  const tail = CALL_HEAD + endpoint.length + trace.length
  const head = Buffer.allocUnsafe(short ? tail + BRANCH_HEAD + from.length : tail)
  head.writeUInt32LE(parameters.length, 0)
  head.writeUInt16LE(endpoint.length, 4)
  head.writeUInt16LE(trace.length, 6)
  head.writeDoubleLE(message.deadline, 8)
  head.writeUInt16LE(branches.length, 16)
  const { dialect } = message
  const spoken = dialect === undefined ? 0 : dialect === 'v1' ? FIRST_DIALECT : SECOND_DIALECT
  head.writeUInt16LE((message.stream ? STREAM : 0) | spoken, 18)
  head.set(endpoint, CALL_HEAD)
  if (trace.length > 0) head.set(trace, CALL_HEAD + endpoint.length)
  if (short) {
    head.writeUInt16LE(from.length, tail)
    head.writeUInt32LE(only!.data.length, tail + 2)
    if (from.length > 0) head.set(from, tail + BRANCH_HEAD)
    return only!.data.length > 0 ? [head, only!.data] : [head]
  }
  const parts: Uint8Array[] = [head]
  if (parameters.length > 0) parts.push(parameters)
  for (const branch of branches) {
    const name = encodeName(branch.name)
    const prefix = Buffer.allocUnsafe(BRANCH_HEAD + name.length)
    prefix.writeUInt16LE(name.length, 0)
    prefix.writeUInt32LE(branch.data.length, 2)
    prefix.set(name, BRANCH_HEAD)
    parts.push(prefix)
    if (branch.data.length > 0) parts.push(branch.data)
  }
  return parts
}

/** Views into `bytes`; they live as long as it does. */
export function decodeCall(bytes: Uint8Array): CallMessage {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parametersLength = view.readUInt32LE(0)
  const endpointLength = view.readUInt16LE(4)
  const traceLength = view.readUInt16LE(6)
  const deadline = view.readDoubleLE(8)
  const count = view.readUInt16LE(16)
  const flags = view.readUInt16LE(18)
  const stream = (flags & STREAM) !== 0
  const dialect = flags & SECOND_DIALECT ? 'v2' : flags & FIRST_DIALECT ? 'v1' : undefined
  let at = CALL_HEAD
  const endpoint = view.toString('utf8', at, (at += endpointLength))
  const trace = traceLength === 0 ? '' : view.toString('utf8', at, (at += traceLength))
  const parameters = parametersLength === 0 ? EMPTY : bytes.subarray(at, (at += parametersLength))
  const branches: Branch[] = []
  for (let i = 0; i < count; i++) {
    const nameLength = view.readUInt16LE(at)
    const dataLength = view.readUInt32LE(at + 2)
    at += BRANCH_HEAD
    const name = nameLength === 0 ? '' : view.toString('utf8', at, (at += nameLength))
    branches.push({ name, data: bytes.subarray(at, (at += dataLength)) })
  }
  return { endpoint, trace, deadline, parameters, branches, stream, dialect }
}

export function encodeAnswer(message: AnswerMessage): Uint8Array[] {
  const { extra, data } = message
  const head = Buffer.allocUnsafe(ANSWER_HEAD)
  head[0] = message.failed ? 1 : 0
  head[1] = message.unchanged ? 1 : 0
  head.writeUInt16LE(0, 2)
  head.writeUInt32LE(extra.length, 4)
  const parts: Uint8Array[] = [head]
  if (extra.length > 0) parts.push(extra)
  if (data.length > 0) parts.push(data)
  return parts
}

/** Views into `bytes`. */
export function decodeAnswer(bytes: Uint8Array): AnswerMessage {
  const extraLength = bytes[4]! | (bytes[5]! << 8) | (bytes[6]! << 16) | (bytes[7]! << 24)
  const extraEnd = ANSWER_HEAD + (extraLength >>> 0)
  return {
    failed: bytes[0] === 1,
    unchanged: (bytes[1]! & 1) === 1,
    extra: extraEnd === ANSWER_HEAD ? EMPTY : bytes.subarray(ANSWER_HEAD, extraEnd),
    data: extraEnd === bytes.length ? EMPTY : bytes.subarray(extraEnd),
  }
}

export function encodeControl(message: ControlMessage): Uint8Array {
  return encoder.encode(JSON.stringify(message))
}

export function decodeControl(bytes: Uint8Array): ControlMessage {
  return JSON.parse(decoder.decode(bytes)) as ControlMessage
}
