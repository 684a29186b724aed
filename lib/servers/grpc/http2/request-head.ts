/** What the header fields of a request say: which method, until when, packed how (RFC 9113 §8.2, §8.3; gRPC over HTTP/2). */
import { XserveError } from '../../../errors.ts'
import type { GrpcMethod, GrpcMethods } from '../method.ts'
import type { Packing } from './inbox.ts'

/** Shared by all calls with the same header block. */
export interface RequestHead {
  /** What is wrong with it by the rules of HTTP/2: the stream is reset. '' when nothing is. */
  readonly malformed: string
  /** Not gRPC: answered so. */
  readonly http: { readonly status: number; readonly text: string } | null
  /** gRPC that cannot be served: answered with its status. */
  readonly refusal: XserveError | null
  readonly method: GrpcMethod | null
  /** -1: none. */
  readonly timeoutMs: number
  readonly packing: Packing
  /** -1: not told. */
  readonly contentLength: number
  readonly names: readonly string[]
  readonly values: readonly string[]
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const BAD_VALUE = /[\0\r\n]|^[ \t]|[ \t]$/
const TIMEOUT = /^(\d{1,8})([HMSmun])$/
const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }
/** Fields of one hop, which HTTP/2 has none of (§8.2.2). */
const OF_THE_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

const NOT_GRPC =
  'this port speaks gRPC (POST with content-type: application/grpc); HTTP/1.1 is served with --protocol http\n'

/** The reason why a field may not be in a request; '' if it may. */
function problemOf(name: string, value: string): string {
  if (!TOKEN.test(name)) return `the name of the field ${JSON.stringify(name)}`
  if (BAD_VALUE.test(value)) return `the value of ${name}`
  if (OF_THE_HOP.has(name)) return `the field ${name}`
  if (name === 'te' && value !== 'trailers') return 'the value of te'
  return ''
}

/** `names` and `values` are kept. `tooLong`: fields were left out. */
export function readRequestHead(
  names: readonly string[],
  values: readonly string[],
  tooLong: boolean,
  methods: GrpcMethods,
): RequestHead {
  const pseudo = new Map<string, string>()
  let regular = false
  let malformed = ''
  const field = new Map<string, string>()
  for (let i = 0; i < names.length && malformed === ''; i++) {
    const name = names[i]!
    const value = values[i]!
    if (name.charCodeAt(0) === 0x3a) {
      if (regular) malformed = `${name} after other fields`
      else if (pseudo.has(name)) malformed = `${name} twice`
      else if (!PSEUDO.has(name)) malformed = `the field ${name}`
      else if (BAD_VALUE.test(value)) malformed = `the value of ${name}`
      pseudo.set(name, value)
    } else {
      regular = true
      malformed = problemOf(name, value)
      if (!field.has(name)) field.set(name, value)
    }
  }
  const contentLength = field.get('content-length')
  if (contentLength !== undefined && !/^\d{1,15}$/.test(contentLength)) malformed ||= 'the value of content-length'
  if (!tooLong) malformed ||= missing(pseudo)
  const path = pseudo.get(':path') ?? ''
  const method = methods.get(path) ?? null
  const head = {
    malformed,
    http: malformed === '' && !tooLong ? notGrpc(pseudo.get(':method')!, field.get('content-type')) : null,
    method,
    timeoutMs: readTimeout(field.get('grpc-timeout')),
    packing: (field.get('grpc-encoding') ?? 'identity') as Packing,
    contentLength: contentLength === undefined ? -1 : Number(contentLength),
    names,
    values,
  }
  const refusal = refusalOf(head, path, tooLong, field.get('grpc-timeout'))
  return { ...head, refusal, timeoutMs: refusal === null ? head.timeoutMs : -1 }
}

const PSEUDO = new Set([':method', ':scheme', ':path', ':authority'])

function missing(pseudo: ReadonlyMap<string, string>): string {
  const connects = pseudo.get(':method') === 'CONNECT'
  for (const name of connects ? [':method', ':authority'] : [':method', ':scheme', ':path']) {
    if (!pseudo.get(name)) return `no ${name}`
  }
  return ''
}

function notGrpc(method: string, contentType: string | undefined): RequestHead['http'] {
  if (method !== 'POST') return { status: 405, text: NOT_GRPC }
  return /^application\/grpc(?:$|[+;])/i.test(contentType ?? '') ? null : { status: 415, text: NOT_GRPC }
}

/** -1: none; NaN: cannot be read. */
function readTimeout(text: string | undefined): number {
  if (text === undefined) return -1
  const parts = TIMEOUT.exec(text)
  return parts === null ? Number.NaN : Math.ceil(Number(parts[1]) * UNIT_MS[parts[2]!]!)
}

function refusalOf(
  head: Pick<RequestHead, 'method' | 'timeoutMs' | 'packing'>,
  path: string,
  tooLong: boolean,
  timeout: string | undefined,
): XserveError | null {
  if (tooLong) return new XserveError('TOO_LARGE', 'the metadata of the call is larger than this server takes')
  if (head.method === null) return new XserveError('UNKNOWN_METHOD', `there is no method ${path}`)
  if (Number.isNaN(head.timeoutMs)) {
    return new XserveError(
      'BAD_REQUEST',
      `grpc-timeout is ${JSON.stringify(timeout)}, it must be 1 to 8 digits and a unit`,
    )
  }
  if (head.packing !== 'identity' && head.packing !== 'gzip' && head.packing !== 'deflate') {
    const name = JSON.stringify(head.packing)
    return new XserveError('UNKNOWN_METHOD', `messages packed as ${name} cannot be read here; gzip and deflate can`)
  }
  return null
}
