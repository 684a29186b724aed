/** An answer of POST /post, as Jina's HTTP gateway writes it: every member there, null where there is nothing (Jina facts §2.2). */

import { DocumentArray } from '../../document/document-array.ts'
import { parseKeepingFloats } from '../../document/float-lists.ts'
import { documentsFromJson } from '../../document/json.ts'
import { XserveError } from '../../errors.ts'
import { outcomeOf, type RouteRecord } from '../../wire/routes.ts'
import type { ExceptionStatus, Status } from '../../wire/status.ts'
import type { Reply } from './connection.ts'

type Json = Readonly<Record<string, unknown>>

/** Throws XserveError BAD_REQUEST when the text is no such answer; `docs` throws BAD_DOCUMENT. */
export function jsonReply(address: string, text: string): Reply {
  const answer = parseAnswer(address, text)
  const header = objectOf(answer.header)
  const data = Array.isArray(answer.data) ? answer.data : objectOf(answer.data).docs
  if (!('header' in answer) && !('data' in answer)) throw notAnAnswer(address, text)
  const status = jsonStatus(header.status)
  let docs: DocumentArray | undefined
  return {
    requestId: textOf(header.requestId ?? header.request_id),
    endpoint: textOf(header.execEndpoint ?? header.exec_endpoint),
    isError: status.code === 1,
    status,
    get docs() {
      return (docs ??= new DocumentArray(documentsFromJson(data ?? [], 'data')))
    },
    parameters: { ...objectOf(answer.parameters) },
    get routes() {
      return listOf(answer.routes).map(routeOf)
    },
  }
}

/** The JSON object that an answer is. Throws XserveError BAD_REQUEST. */
export function parseAnswer(address: string, text: string): Json {
  try {
    const value = parseKeepingFloats(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  } catch {
    // Told below.
  }
  throw notAnAnswer(address, text)
}

/** StatusProto in JSON; null is a success. */
export function jsonStatus(value: unknown): Status {
  const { code, description, exception } = objectOf(value)
  return {
    // The names of the enum, as some writers of JSON have them.
    code: code === 'ERROR' ? 1 : typeof code === 'number' ? code : 0,
    description: textOf(description),
    exception: exceptionOf(exception),
  }
}

function exceptionOf(value: unknown): ExceptionStatus | null {
  if (typeof value !== 'object' || value === null) return null
  const { name, args, stacks, executor } = value as Json
  const exception = {
    name: textOf(name),
    args: listOf(args).map(String),
    stacks: listOf(stacks).map(String),
    executor: textOf(executor),
  }
  // Where there was none, some gateways write one with nothing in it.
  return exception.name === '' && exception.args.length === 0 && exception.executor === '' ? null : exception
}

function routeOf(value: unknown): RouteRecord {
  const route = objectOf(value)
  return {
    executor: textOf(route.executor),
    startMs: timeOf(route.startTime ?? route.start_time),
    endMs: timeOf(route.endTime ?? route.end_time),
    ...outcomeOf(jsonStatus(route.status)),
  }
}

/** A time without zone is UTC; 0 where there is none. */
function timeOf(value: unknown): number {
  const text = textOf(value)
  const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`)
  return Number.isNaN(ms) ? 0 : ms
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}

const notAnAnswer = (address: string, text: string) =>
  new XserveError(
    'BAD_REQUEST',
    `${address} answered what is no answer of a Flow: ${text.slice(0, 100) || 'nothing'}`,
    {
      where: address,
      hint: 'is it the HTTP port of the server?',
    },
  )
