/** A request as the gateway sees it: who, where to, and byte ranges; the documents stay bytes (design §4). */
import type { DialectName } from '../document/dialect.ts'
import { XserveError } from '../errors.ts'
import { encodeRoutes, type Route, readRoutes } from './routes.ts'
import { mergeRepeated, type Ranges, scanList, scanRequest } from './scan.ts'
import { asBuffer, varintLength, withTag, writeAll, writeBytesField, writeRaw, writeVarint } from './write.ts'

/** A Buffer, since one that is none would be made one for every answer. */
const EMPTY = Buffer.alloc(0)
const NONE: readonly Envelope[] = []
/** From here on a copy costs more than a piece more. */
const LARGE_DATA = 64 * 1024

/** What an envelope holds when it is made by us instead of read. */
export interface EnvelopeParts {
  readonly requestId: string
  readonly endpoint: string
  readonly targetExecutor?: string
  /** Struct bytes. */
  readonly parameters?: Uint8Array
  /** DataContentProto bytes; undefined leaves the field out. */
  readonly data?: Uint8Array | undefined
}

/** What an answer says beyond its request. */
export interface AnswerParts {
  /** DataContentProto bytes; null: the request's own, untouched. */
  readonly data: Uint8Array | null
  /** Struct bytes; null: the request's own. */
  readonly parameters: Uint8Array | null
  /** StatusProto bytes; null: none. */
  readonly status: Uint8Array | null
  readonly routes: readonly Route[]
  /** 'gateway' writes what Jina's gateway writes: an empty target_executor and parameters always present. */
  readonly role: 'gateway' | 'executor'
}

/** One DataRequestProto (Jina facts §1.2). */
export class Envelope {
  #bytes: Buffer
  #ranges: Ranges | null = null
  #parts: EnvelopeParts | null = null
  #answer: AnswerParts | null = null
  #request: Envelope | null = null
  // What several on the way ask for, once it has been made out of the bytes.
  #endpoint: string | null = null
  #data: Uint8Array | null = null
  /** Further requests of the same call (`process_data`): one a branch; the first branch is this envelope. */
  siblings: readonly Envelope[] = NONE
  /** What the caller speaks, where that is known from elsewhere than documents; a request may have none. */
  dialect: DialectName | undefined = undefined

  private constructor(bytes: Uint8Array) {
    this.#bytes = asBuffer(bytes)
  }

  /** Throws XserveError BAD_REQUEST when the bytes are no DataRequestProto. Zero bytes are an empty request. */
  static parse(bytes: Uint8Array): Envelope {
    const envelope = new Envelope(bytes)
    const ranges = scanRequest(bytes)
    if (ranges.repeated) {
      envelope.#bytes = asBuffer(mergeRepeated(bytes))
      envelope.#ranges = scanRequest(envelope.#bytes)
    } else envelope.#ranges = ranges
    return envelope
  }

  /** A DataRequestListProto: its first request with the others as siblings. */
  static parseList(bytes: Uint8Array): Envelope {
    const requests = scanList(bytes).map((request) => Envelope.parse(request))
    const first = requests[0]
    if (!first) throw new XserveError('BAD_REQUEST', 'the DataRequestListProto holds no request')
    first.siblings = requests.slice(1)
    return first
  }

  static create(parts: EnvelopeParts): Envelope {
    const envelope = new Envelope(EMPTY)
    envelope.#parts = parts
    return envelope
  }

  /** The answer to this request; nothing is written before `encode`. */
  answer(parts: AnswerParts): Envelope {
    const envelope = new Envelope(EMPTY)
    envelope.#answer = parts
    envelope.#request = this
    return envelope
  }

  #text(start: number, end: number): string {
    return start === end ? '' : this.#bytes.toString('utf8', start, end)
  }

  get requestId(): string {
    const ranges = this.#ranges
    if (ranges) return this.#text(ranges.requestIdStart, ranges.requestIdEnd)
    return this.#parts?.requestId ?? this.#request?.requestId ?? ''
  }

  /** '' when the request names none. */
  get endpoint(): string {
    const ranges = this.#ranges
    if (ranges) return (this.#endpoint ??= this.#text(ranges.endpointStart, ranges.endpointEnd))
    return this.#parts?.endpoint ?? this.#request?.endpoint ?? ''
  }

  /** The regular expression of `target_executor`; '' when there is none. */
  get targetExecutor(): string {
    const ranges = this.#ranges
    if (ranges) return this.#text(ranges.targetStart, ranges.targetEnd)
    return this.#parts?.targetExecutor ?? ''
  }

  /** Struct bytes; empty = none. */
  get parameters(): Uint8Array {
    const ranges = this.#ranges
    if (ranges)
      return ranges.parametersEnd === 0 ? EMPTY : this.#bytes.subarray(ranges.parametersStart, ranges.parametersEnd)
    if (this.#parts) return this.#parts.parameters ?? EMPTY
    return this.#answer?.parameters ?? this.#request?.parameters ?? EMPTY
  }

  /** The parameters that an answer says itself; null: those of its request, untouched. */
  get ownParameters(): Uint8Array | null {
    return this.#answer === null ? this.parameters : this.#answer.parameters
  }

  /** The node that answered last on the way of this request; '' when it comes straight from its caller. */
  get lastNode(): string {
    const answer = this.#answer
    if (answer !== null) return answer.routes.at(-1)?.executor ?? this.#request?.lastNode ?? ''
    const bytes = this.routeBytes
    return bytes.length === 0 ? '' : (readRoutes(bytes).at(-1)?.executor ?? '')
  }

  /** DataContentProto bytes; empty = none. */
  get data(): Uint8Array {
    const ranges = this.#ranges
    if (ranges) {
      if (ranges.dataEnd === 0) return EMPTY
      return (this.#data ??= this.#bytes.subarray(ranges.dataStart, ranges.dataEnd))
    }
    if (this.#parts) return this.#parts.data ?? EMPTY
    return this.#answer?.data ?? this.#request?.data ?? EMPTY
  }

  get hasData(): boolean {
    if (this.#ranges) return this.#ranges.dataEnd !== 0
    if (this.#parts) return this.#parts.data !== undefined
    return this.#answer?.data !== null || (this.#request?.hasData ?? false)
  }

  /** StatusProto bytes; empty = none, which means success. */
  get status(): Uint8Array {
    const ranges = this.#ranges
    if (ranges) return ranges.statusEnd === 0 ? EMPTY : this.#bytes.subarray(ranges.statusStart, ranges.statusEnd)
    return this.#answer?.status ?? EMPTY
  }

  /** Whether the status says ERROR (code 1): protobuf writes a code of 0 never, so field 1 stands first exactly then. */
  get isError(): boolean {
    const status = this.status
    return status.length >= 2 && status[0] === 0x08 && status[1] === 1
  }

  /** RouteProto fields with their tags, as they came; empty = none. */
  get routeBytes(): Uint8Array {
    const ranges = this.#ranges
    return ranges === null || ranges.routesEnd === 0
      ? EMPTY
      : this.#bytes.subarray(ranges.routesStart, ranges.routesEnd)
  }

  /** Who handled it: as numbers where nothing has been written yet, else read from the bytes. */
  get routes(): readonly Route[] {
    const answer = this.#answer
    if (!answer) return readRoutes(this.routeBytes)
    const kept = answer.role === 'gateway' ? undefined : this.#request?.routes
    return kept && kept.length > 0 ? [...kept, ...answer.routes] : answer.routes
  }

  encode(): Uint8Array {
    if (this.#answer && this.#request) return this.#request.#encodeBehind(this.#answer)[0]!
    if (this.#parts) return encodeParts(this.#parts)
    return this.#bytes
  }

  /** The same in pieces, so that large documents need not be copied behind their header. */
  encodePieces(): readonly Uint8Array[] {
    if (this.#answer && this.#request && this.data.length >= LARGE_DATA) {
      return this.#request.#encodeBehind(this.#answer, true)
    }
    return [this.encode()]
  }

  /** The same with other content in field 4; which is how a DataRequestProto and a SingleDocumentRequestProto differ. */
  encodeWith(data: Uint8Array): Uint8Array {
    const parts: AnswerParts = this.#answer ?? { role: 'executor', data, parameters: null, status: null, routes: [] }
    const status = this.status.length === 0 ? null : this.status
    return (this.#request ?? this).#encodeBehind({ ...parts, data, status })[0]!
  }

  /** A request on its way through a Flow is an answer itself: header and routes stand in the one that came, the rest here. */
  #encodeBehind(answer: AnswerParts, apart = false): readonly Uint8Array[] {
    if (this.#answer === null || this.#request === null) return this.#encodeAnswer(answer, apart)
    const data = answer.data ?? (this.hasData ? this.data : null)
    return this.#request.#encodeBehind({ ...answer, data, parameters: answer.parameters ?? this.parameters }, apart)
  }

  /** Bytes of header fields that go on as they came: everything but the status and, for a gateway, the target. */
  #headerContent(role: AnswerParts['role']): Uint8Array[] {
    if (!this.#ranges) return this.#parts ? [Envelope.parse(encodeParts(this.#parts)).#headerBytes()] : []
    const { headerRest, requestIdStart, requestIdEnd, endpointStart, endpointEnd, targetStart, targetEnd } =
      this.#ranges
    const bytes = this.#bytes
    const parts: Uint8Array[] = []
    if (role === 'executor' && targetEnd !== 0) parts.push(withTag(0x22, bytes.subarray(targetStart, targetEnd)))
    if (requestIdEnd !== 0) parts.push(withTag(0x0a, bytes.subarray(requestIdStart, requestIdEnd)))
    if (endpointEnd !== 0) parts.push(withTag(0x1a, bytes.subarray(endpointStart, endpointEnd)))
    if (headerRest)
      for (let i = 0; i < headerRest.length; i += 2) parts.push(bytes.subarray(headerRest[i]!, headerRest[i + 1]!))
    return parts
  }

  #headerBytes(): Uint8Array {
    const ranges = this.#ranges
    return ranges === null || ranges.headerEnd === 0
      ? EMPTY
      : this.#bytes.subarray(ranges.headerStart, ranges.headerEnd)
  }

  /** One piece, or three of which the second is the content of `data`. */
  #encodeAnswer(answer: AnswerParts, apart: boolean): readonly Uint8Array[] {
    const { status, role } = answer
    const gateway = role === 'gateway'
    const ranges = this.#ranges
    // The common header is that of the request: id and endpoint side by side, nothing else. It is copied in one piece.
    const plain =
      ranges !== null && ranges.headerRest === null && ranges.statusEnd === 0 && (ranges.targetEnd === 0 || !gateway)
    const header = plain ? null : this.#headerContent(role)
    let headerLength = plain ? ranges.headerEnd - ranges.headerStart : 0
    if (header) for (const part of header) headerLength += part.length
    const ownHeader = headerLength
    if (status) headerLength += 1 + varintLength(status.length) + status.length
    if (gateway) headerLength += 2

    const parameters = answer.parameters ?? this.parameters
    const hasParameters = gateway || parameters.length > 0 || (ranges !== null && ranges.parametersEnd !== 0)
    const data = answer.data ?? this.data
    const hasData = answer.data !== null || this.hasData
    const keptRoutes = gateway ? EMPTY : this.routeBytes
    const routes = encodeRoutes(answer.routes)
    const rest = ranges?.rest ?? null

    let length = 1 + varintLength(headerLength) + headerLength + keptRoutes.length + routes.length
    if (hasParameters) length += 1 + varintLength(parameters.length) + parameters.length
    if (hasData) length += 1 + varintLength(data.length) + (apart ? 0 : data.length)
    if (rest) for (let i = 0; i < rest.length; i += 2) length += rest[i + 1]! - rest[i]!

    const out = Buffer.allocUnsafe(length)
    out[0] = 0x0a
    let at = writeVarint(out, 1, headerLength)
    if (header) at = writeAll(out, at, header)
    else {
      this.#bytes.copy(out, at, ranges!.headerStart, ranges!.headerEnd)
      at += ownHeader
    }
    if (status) at = writeBytesField(out, at, 0x12, status)
    if (gateway) {
      out[at++] = 0x22
      out[at++] = 0
    }
    if (hasParameters) at = writeBytesField(out, at, 0x12, parameters)
    at = writeRaw(out, at, keptRoutes)
    at = writeRaw(out, at, routes)
    const behind = apart ? writeVarint(out, at + 1, data.length) : 0
    if (apart) {
      out[at] = 0x22
      at = behind
    } else if (hasData) at = writeBytesField(out, at, 0x22, data)
    if (rest)
      for (let i = 0; i < rest.length; i += 2) at = writeRaw(out, at, this.#bytes.subarray(rest[i]!, rest[i + 1]!))
    return apart ? [out.subarray(0, behind), data, out.subarray(behind)] : [out]
  }
}

function encodeParts(parts: EnvelopeParts): Uint8Array {
  const id = Buffer.from(parts.requestId)
  const endpoint = Buffer.from(parts.endpoint)
  const target = parts.targetExecutor ? Buffer.from(parts.targetExecutor) : EMPTY
  const fields = [withTag(0x0a, id), withTag(0x1a, endpoint)]
  if (target.length > 0) fields.push(withTag(0x22, target))
  const message = [withTag(0x0a, Buffer.concat(fields))]
  if (parts.parameters && parts.parameters.length > 0) message.push(withTag(0x12, parts.parameters))
  if (parts.data !== undefined) message.push(withTag(0x22, parts.data))
  return Buffer.concat(message)
}
