/** The body of a request as a JSON value; what is none is told with what it should be. */
import { InvalidRequest } from '../json/invalid.ts'
import { parseJson } from '../json/parse.ts'
import type { HttpRequest } from './exchange.ts'

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/
const LOCATION = ['body'] as const
const BYTE_ORDER_MARK = 0xfeff
const REPLACEMENT = '\ufffd'
const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * At once if the body is there. Throws or rejects with InvalidRequest (UNSUPPORTED_TYPE, BAD_REQUEST, BAD_DOCUMENT) and with
 * what reading rejects with.
 */
export function readJsonBody(request: HttpRequest): unknown {
  checkType(request)
  const text = request.text()
  if (text !== null && isSound(text)) return parseJson(text)
  const body = request.body()
  return body instanceof Promise ? body.then(parseBytes) : parseBytes(body)
}

/** What has neither a mark at its beginning nor a character that may stand for bytes that are none. */
const isSound = (text: string): boolean => text.charCodeAt(0) !== BYTE_ORDER_MARK && !text.includes(REPLACEMENT)

const parseBytes = (bytes: Uint8Array): unknown => parseJson(decodeText(bytes))

/** No content type is taken for JSON, as nothing else could be meant. */
function checkType(request: HttpRequest): void {
  const given = request.header('content-type')
  if (given !== undefined && given !== 'application/json') {
    const [type = '', ...parameters] = given.split(';').map((part) => part.trim().toLowerCase())
    if (type !== '' && !JSON_TYPE.test(type)) throw unsupported(`the content type ${quoted(type)} is not read`)
    const charset = parameters
      .find((part) => part.startsWith('charset='))
      ?.slice(8)
      .replaceAll('"', '')
    if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
      throw unsupported(`the charset ${quoted(charset)} is not read`)
  }
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 80))

function unsupported(what: string): InvalidRequest {
  return new InvalidRequest('UNSUPPORTED_TYPE', LOCATION, what, {
    type: 'value_error.content_type',
    hint: 'send content-type: application/json, in UTF-8',
  })
}

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new InvalidRequest('BAD_REQUEST', LOCATION, 'the body is no UTF-8', { type: 'value_error.unicode' })
  }
}
