/** JSON requests and answers of docarray's second dialect, as Jina's HTTP gateway of it has them (Jina facts §2.3). */

import { decodeData, encodeData } from '../../document/data-content.ts'
import type { Document } from '../../document/document.ts'
import { DocumentArray } from '../../document/document-array.ts'
import { dataOfDocuments, documentBytesFromJson } from '../../document/v2/from-json.ts'
import { dataToNodeJson } from '../../document/v2/to-json.ts'
import { encodeStruct } from '../../protobuf/struct.ts'
import { DEFAULT_ENDPOINT } from '../../wire/default-endpoint.ts'
import type { Status } from '../../wire/status.ts'
import type { Reply, RequestHead } from './connection.ts'
import { jsonStatus, parseAnswer } from './json-reply.ts'

/** Where an endpoint is called; the default one by its own name. */
export const pathOf = (endpoint: string): string => {
  const name = endpoint.replace(/^\/+|\/+$/g, '')
  return name === '' ? DEFAULT_ENDPOINT : `/${name.split('/').map(encodeURIComponent).join('/')}`
}

export function documentJson(document: Document): Record<string, unknown> {
  return dataToNodeJson(encodeData(new DocumentArray([document]), 'v2'))[0]!
}

/** What all requests have in common is written once. Parameters are refused where they are on every protocol. */
export function secondEncoder({ parameters, targetExecutor }: RequestHead) {
  if (parameters) encodeStruct(parameters)
  const hasParameters = parameters !== undefined && Object.keys(parameters).length > 0
  const target = targetExecutor ? `,"target_executor":${JSON.stringify(targetExecutor)}` : ''
  const shared = hasParameters ? `"parameters":${JSON.stringify(parameters)},` : ''
  return (requestId: string, docs: DocumentArray | null): Uint8Array => {
    const data = docs === null ? [] : dataToNodeJson(encodeData(docs, 'v2'))
    const header = `"header":{"request_id":${JSON.stringify(requestId)}${target}}`
    return Buffer.from(`{${shared}${header},"data":${JSON.stringify(data)}}`)
  }
}

/** Throws XserveError BAD_REQUEST when the text is no such answer; `docs` throws BAD_DOCUMENT. */
export function secondReply(address: string, endpoint: string, text: string): Reply {
  const { data, parameters, header } = parseAnswer(address, text)
  const { requestId, request_id } = Object(header) as { requestId?: unknown; request_id?: unknown }
  return reply(endpoint, {
    requestId: String(requestId ?? request_id ?? ''),
    parameters: Object(parameters ?? {}) as Record<string, unknown>,
    data: Array.isArray(data) ? data : data === undefined || data === null ? [] : [data],
  })
}

/** One document of a stream. */
export const itemReply = (endpoint: string, document: unknown): Reply => reply(endpoint, { data: [document] })

/** An executor's error: HTTP status 500 with a text under `detail`; null for any other refusal. */
export function failedReply(endpoint: string, httpStatus: number, text: string): Reply | null {
  if (httpStatus !== 500) return null
  try {
    const { detail, header } = JSON.parse(text) as { detail?: unknown; header?: { status?: unknown } | null }
    return typeof detail === 'string' ? failureReply(endpoint, detail, header?.status) : null
  } catch {
    return null
  }
}

/** `status` is told by xserve alone. */
export function failureReply(endpoint: string, detail: unknown, status: unknown): Reply {
  const told = jsonStatus(status)
  const description = told.description || String(detail)
  return reply(endpoint, { data: [], status: { ...told, code: 1, description } })
}

interface Parts {
  readonly requestId?: string
  readonly parameters?: Record<string, unknown>
  readonly data: readonly unknown[]
  readonly status?: Status
}

const FINE: Status = { code: 0, description: '', exception: null }

function reply(endpoint: string, { requestId = '', parameters = {}, data, status = FINE }: Parts): Reply {
  let docs: DocumentArray | undefined
  return {
    requestId,
    endpoint,
    isError: status.code === 1,
    status,
    get docs() {
      docs ??= decodeData(dataOfDocuments(data.map((one, i) => documentBytesFromJson(one, `data[${i}]`))), 'v2')
      return docs
    },
    parameters: { ...parameters },
    routes: [],
  }
}
