/** The JSON request of HTTP and WebSocket to an Envelope: both spellings of its keys, unknown ones passed over (Jina facts §2.2). */
import { encodeData } from '../../document/data-content.ts'
import { Document } from '../../document/document.ts'
import { DocumentArray } from '../../document/document-array.ts'
import { newId } from '../../document/id.ts'
import { documentFromJson } from '../../document/json.ts'
import { XserveError } from '../../errors.ts'
import { encodeStruct } from '../../protobuf/struct.ts'
import { Envelope } from '../../wire/envelope.ts'
import { InvalidRequest, type Location, placed } from './invalid.ts'

/** Longer ids are no ids. */
const MAX_ID = 1024
const EMPTY = new Uint8Array(0)

type Json = Readonly<Record<string, unknown>>

/**
 * `endpoint` is that of the path; null: the request names it, `/` unless told. Throws InvalidRequest with the place of what
 * is wrong.
 */
export function requestFromJson(value: unknown, endpoint: string | null): Envelope {
  if (!isObject(value)) throw wrongType(['body'], 'an object', 'dict', value)
  try {
    const data = value.data === undefined || value.data === null ? undefined : readData(value.data)
    return Envelope.create({
      requestId: readRequestId(value.header) || newId(),
      endpoint: endpoint ?? readText(value, 'execEndpoint', 'exec_endpoint') ?? '/',
      targetExecutor: readText(value, 'targetExecutor', 'target_executor') ?? '',
      parameters: readParameters(value.parameters),
      ...(data === undefined ? {} : { data }),
    })
  } catch (error) {
    // Lists in lists without end: the parser takes more of them than a walk through them does.
    if (!(error instanceof RangeError)) throw error
    throw new InvalidRequest('BAD_DOCUMENT', ['body'], 'the JSON is nested too deeply', { type: 'value_error.depth' })
  }
}

function readData(value: unknown): Uint8Array {
  const wrapped = isObject(value)
  const list = wrapped ? value.docs : value
  const location: Location = wrapped ? ['body', 'data', 'docs'] : ['body', 'data']
  if (wrapped && (list === undefined || list === null)) return encodeData(new DocumentArray())
  if (!Array.isArray(list)) throw wrongType(location, 'a list of documents', 'list', list)
  const documents = new DocumentArray()
  for (let i = 0; i < list.length; i++) documents.push(readDocument(list[i], location, i))
  try {
    return encodeData(documents)
  } catch (error) {
    throw atPlace(error, location)
  }
}

function readDocument(value: unknown, location: Location, index: number): Document {
  try {
    return new Document(documentFromJson(value, '', 0, 'ignore'))
  } catch (error) {
    throw atPlace(error, [...location, index])
  }
}

function readParameters(value: unknown): Uint8Array {
  if (value === undefined || value === null) return EMPTY
  if (!isObject(value)) throw wrongType(['body', 'parameters'], 'an object', 'dict', value)
  try {
    return encodeStruct(value)
  } catch (error) {
    throw atPlace(error, ['body', 'parameters'])
  }
}

/** What a caller calls the request by; anything that is no id is passed over, as Jina does with all of the header. */
function readRequestId(header: unknown): string {
  if (!isObject(header)) return ''
  const id = header.requestId ?? header.request_id
  return typeof id === 'string' && id.length <= MAX_ID ? id : ''
}

function readText(value: Json, name: string, other: string): string | undefined {
  const found = value[name] ?? value[other]
  if (found === undefined || found === null) return undefined
  if (typeof found === 'string') return found
  throw wrongType(['body', value[name] === found ? name : other], 'a text', 'str', found)
}

function atPlace(error: unknown, location: Location): unknown {
  return error instanceof XserveError && !(error instanceof InvalidRequest) ? placed(error, location) : error
}

function wrongType(location: Location, expected: string, type: string, value: unknown): InvalidRequest {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value
  return new InvalidRequest('BAD_DOCUMENT', location, `${location.at(-1)} must be ${expected}, not ${kind}`, {
    type: `type_error.${type}`,
  })
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
