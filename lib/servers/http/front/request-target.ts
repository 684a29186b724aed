/** The target of a request line (RFC 9112 §3.2) as a decoded path and a raw query. */
import type { Refusal } from './refusal.ts'

export interface RequestTarget {
  readonly path: string
  readonly query: string
}

const bad = (detail: string): Refusal => ({ status: 400, detail })

const BAD_FORM = bad('the target of the request must be a path that begins with "/"')
const BAD_ESCAPE = bad('the path of the request holds a "%" that begins no UTF-8 character')
const FRAGMENT = bad('the target of a request has no fragment ("#")')
const NO_TUNNEL: Refusal = { status: 501, detail: 'CONNECT is for proxies, and this is none' }

/** `raw` holds visible ASCII only. */
export function parseTarget(method: string, raw: string): RequestTarget | Refusal {
  if (raw === lastRaw && method === lastMethod) return last
  const target = parseAny(method, raw)
  // A long one is not worth keeping.
  if (raw.length <= 256) {
    lastMethod = method
    lastRaw = raw
    last = target
  }
  return target
}

/** Most callers call the same again and again. */
let lastMethod = ''
let lastRaw = ''
let last: RequestTarget | Refusal = BAD_FORM

function parseAny(method: string, raw: string): RequestTarget | Refusal {
  if (method === 'CONNECT') return NO_TUNNEL
  if (raw.charCodeAt(0) !== 0x2f) return parseOtherForm(method, raw)
  if (raw.includes('#')) return FRAGMENT
  const mark = raw.indexOf('?')
  const path = mark === -1 ? raw : raw.slice(0, mark)
  const query = mark === -1 ? '' : raw.slice(mark + 1)
  if (!path.includes('%')) return { path, query }
  try {
    return { path: decodeURIComponent(path), query }
  } catch {
    return BAD_ESCAPE
  }
}

/** `http://host/path`, as sent to proxies, and the `*` of OPTIONS. */
function parseOtherForm(method: string, raw: string): RequestTarget | Refusal {
  if (raw === '*' && method === 'OPTIONS') return { path: '/', query: '' }
  const absolute = /^https?:\/\/[^/?#]+/i.exec(raw)
  if (absolute === null) return BAD_FORM
  const rest = raw.slice(absolute[0].length)
  return parseAny(method, rest.startsWith('/') ? rest : `/${rest}`)
}
