/** The JSON request of HTTP and WebSocket to an Envelope: both spellings of its keys, unknown ones passed over (Jina facts §2.2, §2.3). */

import { encodeData } from '../../document/data-content.ts'
import type { DialectName } from '../../document/dialect.ts'
import { Document } from '../../document/document.ts'
import { DocumentArray } from '../../document/document-array.ts'
import { newId } from '../../document/id.ts'
import { documentFromJson } from '../../document/json.ts'
import { encodePlainDocuments } from '../../document/plain-json.ts'
import { dataOfDocuments, documentBytesFromJson } from '../../document/v2/from-json.ts'
import { XserveError } from '../../errors.ts'
import { isObject } from '../../objects.ts'
import { encodeStruct } from '../../protobuf/struct.ts'
import { Envelope } from '../../wire/envelope.ts'
import { InvalidRequest, type Location, placed } from './invalid.ts'

/** Longer ids are no ids. */
const MAX_ID = 1024
const EMPTY = new Uint8Array(0)
const DATA: Location = ['body', 'data']
const HEADER: Location = ['body', 'header']
const MISSING = { type: 'value_error.missing' } as const

type Json = Readonly<Record<string, unknown>>

/**
 * `endpoint` is that of the path; null: the request names it, `/` unless told. `dialect` is that of its documents; the second
 * needs some. Throws InvalidRequest with the place of what is wrong.
 */
export function requestFromJson(value: unknown, endpoint: string | null, dialect: DialectName = 'v1'): Envelope {
  if (!isObject(value)) throw wrongType(['body'], 'an object', 'dict', value)
  try {
    return dialect === 'v1' ? firstRequest(value, endpoint) : secondRequest(value, endpoint)
  } catch (error) {
    // Lists in lists without end: the parser takes more of them than a walk through them does.
    if (!(error instanceof RangeError)) throw error
    throw new InvalidRequest('BAD_DOCUMENT', ['body'], 'the JSON is nested too deeply', { type: 'value_error.depth' })
  }
}

function firstRequest(value: Json, endpoint: string | null): Envelope {
  const data = value.data === undefined || value.data === null ? undefined : readData(value.data)
  return createRequest(value, endpoint, readText(value, 'targetExecutor', 'target_executor'), data)
}

/** The id of a single document is that of its request unless that has one. */
function secondRequest(value: Json, endpoint: string | null): Envelope {
  const { data } = value
  if (data === undefined) throw new InvalidRequest('BAD_DOCUMENT', DATA, 'field required', MISSING)
  const header = isObject(value.header) ? value.header : {}
  readText(header, 'request_id', 'requestId', HEADER)
  const target =
    readText(value, 'target_executor', 'targetExecutor') ??
    readText(header, 'target_executor', 'targetExecutor', HEADER)
  if (!isObject(data)) {
    const documents = data === null ? [] : data
    if (!Array.isArray(documents)) throw wrongType(DATA, 'a document or a list of documents', 'list', data)
    return createRequest(
      value,
      endpoint,
      target,
      dataOfDocuments(documents.map((one, i) => readNodes(one, [...DATA, i]))),
    )
  }
  const { id } = data
  const named = typeof id === 'string' && id !== '' ? data : { ...data, id: id ?? newId() }
  return createRequest(value, endpoint, target, dataOfDocuments([readNodes(named, DATA)]), named.id as string)
}

function createRequest(
  value: Json,
  endpoint: string | null,
  target: string | undefined,
  data: Uint8Array | undefined,
  id = '',
): Envelope {
  return Envelope.create({
    requestId: readRequestId(value.header) || id.slice(0, MAX_ID) || newId(),
    endpoint: endpoint ?? readText(value, 'execEndpoint', 'exec_endpoint') ?? '/',
    targetExecutor: target ?? '',
    parameters: readParameters(value.parameters),
    data,
  })
}

function readNodes(value: unknown, location: Location): Uint8Array {
  try {
    return documentBytesFromJson(value)
  } catch (error) {
    throw atPlace(error, location)
  }
}

/** A list of documents, an object that has it under `docs`, or one document, which Jina's first gateway refuses. */
function readData(value: unknown): Uint8Array {
  const single = isObject(value) && !('docs' in value) && Object.keys(value).length > 0
  const wrapped = isObject(value) && !single
  const list = single ? [value] : wrapped ? value.docs : value
  const location: Location = wrapped ? ['body', 'data', 'docs'] : ['body', 'data']
  if (wrapped && (list === undefined || list === null)) return encodeData(new DocumentArray())
  if (!Array.isArray(list)) throw wrongType(location, 'a list of documents', 'list', list)
  const plain = encodePlainDocuments(list)
  if (plain !== null) return plain
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

function readText(value: Json, name: string, other: string, at: Location = ['body']): string | undefined {
  const found = value[name] ?? value[other]
  if (found === undefined || found === null) return undefined
  if (typeof found === 'string') return found
  throw wrongType([...at, value[name] === found ? name : other], 'a text', 'str', found)
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
