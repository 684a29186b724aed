/** Why a connection did not come about, when TLS or the protocol is to blame: asked of the server itself, since errors tell little. */
import { isIP } from 'node:net'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { asXserveError, XserveError } from '../errors.ts'
import type { Address } from '../wire/address.ts'
import type { CallerTls } from '../wire/call.ts'
import { unixPath } from '../wire/unix-socket.ts'
import { askSpeech } from './port-speech.ts'

/** The server has just failed: it is not waited for long. */
const PATIENCE_MS = 2000

const ENCRYPTED = { grpc: 'grpcs://', http: 'https://', websocket: 'wss://' } as const
const PLAIN = { grpc: 'grpc://', http: 'http://', websocket: 'ws://' } as const

/** Nobody is there who could be asked. */
const NO_ANSWER = /connection is refused|no such host|no connection within/
/** How errors of gRPC begin where what came was none. */
const NO_GRPC = /protocol error|instead of gRPC/i
/** What is no refusal of this caller or at this moment. */
const NO_WEBSOCKET = /HTTP status (?:200|400|404|405|426|501) instead/
/** How servers of HTTP/2 alone refuse what has not offered it: by an alert, or in words of HTTP/1.1 (Node's). */
const NO_HTTP1 = /does not speak TLS|\bALPN\b/
/** Behind a handshake, what a server thinks of the caller's certificate comes at once. */
const VERDICT_MS = 300

interface Reason {
  readonly what: string
  readonly hint: string
}

/** The error of a call; a clearer one where a look at what the server speaks tells more. */
export async function explainLost(error: unknown, address: Address, tls: boolean | CallerTls): Promise<unknown> {
  const { code, details, message } = asXserveError(error)
  const isLost = code === 'UNREACHABLE' || (code === 'UNAVAILABLE' && message.includes('broke'))
  if (!isLost || unixPath(address.host) !== null || NO_ANSWER.test(message)) return error
  const reason = tls
    ? await lookAtCertificate(address, tls === true ? {} : tls, message)
    : ((await lookForTls(address)) ?? (await lookForSpeech(address, message)))
  if (!reason) return error
  const { host, port } = address
  return new XserveError('UNREACHABLE', `no connection to ${host}:${port}: ${reason.what}`, {
    hint: reason.hint,
    where: `${host}:${port}`,
    cause: details.cause ?? error,
  })
}

/** A plain port that answers a TLS handshake. */
async function lookForTls(address: Address): Promise<Reason | null> {
  const { spoke } = await look(address, {})
  if (!spoke) return null
  return { what: 'it speaks TLS, and was spoken to without', hint: `write ${ENCRYPTED[address.protocol]}` }
}

const noGrpc = ({ http, websocket }: typeof PLAIN | typeof ENCRYPTED): Reason => ({
  what: 'it speaks HTTP/1.1, and no gRPC (HTTP/2)',
  hint: `write ${http} or ${websocket}, or call its gRPC port`,
})

function onlyGrpc({ protocol }: Address, { grpc }: typeof PLAIN | typeof ENCRYPTED): Reason {
  const [wanted, port] = protocol === 'http' ? ['HTTP/1.1', 'HTTP'] : ['WebSocket', 'WebSocket']
  return { what: `it speaks gRPC (HTTP/2), and no ${wanted}`, hint: `write ${grpc}, or call its ${port} port` }
}

const onlyHttp = (message: string, { http }: typeof PLAIN | typeof ENCRYPTED): Reason | null =>
  NO_WEBSOCKET.test(message)
    ? { what: 'it speaks HTTP, and no WebSocket', hint: `write ${http}, or call its WebSocket port` }
    : null

/** A port that speaks another protocol. */
async function lookForSpeech(address: Address, message: string): Promise<Reason | null> {
  const isGrpc = address.protocol === 'grpc'
  // One port may speak both: only who has answered in another way is asked.
  if (isGrpc && !NO_GRPC.test(message)) return null
  const speech = await askSpeech(address)
  switch (speech.kind) {
    case 'none':
      return null
    case 'other':
      return { what: `what is there begins with ${JSON.stringify(speech.words)}`, hint: 'is the port right?' }
    case 'http':
      return isGrpc ? noGrpc(PLAIN) : onlyHttp(message, PLAIN)
    case 'grpc':
      return isGrpc ? null : onlyGrpc(address, PLAIN)
  }
}

async function lookAtCertificate(address: Address, tls: CallerTls, message: string): Promise<Reason | null> {
  const { spoke, code, certificate, protocol, verdict } = await look(address, tls)
  if (!spoke) {
    if (/ALERT_HANDSHAKE_FAILURE/.test(code) && tls.certificate === undefined) return WANTS_CERTIFICATE
    if (code !== 'ERR_SSL_WRONG_VERSION_NUMBER' && code !== 'EPROTO') return null
    return { what: 'it does not speak TLS on this port', hint: `write ${PLAIN[address.protocol]}, or use its TLS port` }
  }
  if (code !== '') return certificateReason(code, certificate, address.host) ?? unknownReason(code)
  if (verdict === null) return otherProtocol(address, protocol, message)
  if (tls.certificate !== undefined) return REFUSES_CERTIFICATE
  return /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/.test(verdict) ? WANTS_CERTIFICATE : null
}

/** A handshake that came about when both protocols were offered: the server has chosen the other one. */
function otherProtocol(address: Address, chosen: string, message: string): Reason | null {
  if (address.protocol === 'grpc') return chosen === 'h2' ? null : noGrpc(ENCRYPTED)
  return chosen === 'h2' && NO_HTTP1.test(message) ? onlyGrpc(address, ENCRYPTED) : onlyHttp(message, ENCRYPTED)
}

const WANTS_CERTIFICATE: Reason = {
  what: 'it wants to see a certificate of the caller, and none was shown',
  hint: '--cert FILE and --key FILE show one, tls: { certificate, key } in the SDK',
}
const REFUSES_CERTIFICATE: Reason = {
  what: 'it does not accept the certificate that was shown',
  hint: 'it is to be valid, and signed by an authority that the server trusts (there: --ssl-ca-certs)',
}

const unknownReason = (code: string): Reason => ({
  what: `its certificate is not accepted (${code})`,
  hint: 'openssl s_client -connect HOST:PORT shows the certificate',
})

function certificateReason(code: string, certificate: PeerCertificate, host: string): Reason | null {
  const { valid_to, valid_from, subjectaltname, issuer, subject } = certificate
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return { what: `its certificate expired on ${dateOf(valid_to)}`, hint: 'the server needs a new one' }
    case 'CERT_NOT_YET_VALID':
      return { what: `its certificate is not valid before ${dateOf(valid_from)}`, hint: 'is a clock wrong?' }
    case 'ERR_TLS_CERT_ALTNAME_INVALID': {
      const names = (subjectaltname ?? textOf(subject?.CN)).replaceAll(/\b(?:DNS|IP Address):/g, '')
      return {
        what: `its certificate is for ${names || 'nobody'}, not for ${host}`,
        hint: 'call it by a name of its certificate',
      }
    }
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY': {
      const signer = textOf(issuer?.CN) || textOf(issuer?.O) || 'somebody without a name'
      return {
        what: `its certificate is signed by ${signer}, who is not trusted`,
        hint: '--ca FILE trusts an authority, tls: { ca } in the SDK',
      }
    }
    default:
      return null
  }
}

const NOBODY = {} as PeerCertificate

const textOf = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join(' ') : (value ?? '')

const dateOf = (text: string): string => {
  const time = Date.parse(text)
  return Number.isNaN(time) ? text : new Date(time).toISOString().slice(0, 10)
}

interface Look {
  /** A handshake came about, whatever is to be thought of the certificate. */
  readonly spoke: boolean
  /** '' when all is well. */
  readonly code: string
  readonly certificate: PeerCertificate
  /** Chosen of `h2` and `http/1.1`; '': none. */
  readonly protocol: string
  /** How the server ended the connection right behind the handshake: its alert, '' without one; null: it did not. */
  readonly verdict: string | null
}

function look({ host, port }: Address, { ca, certificate, key }: CallerTls): Promise<Look> {
  const { promise, resolve } = Promise.withResolvers<Look>()
  let timer: Timer | undefined
  let seen: Omit<Look, 'verdict'> | null = null
  const end = (verdict: string | null, otherwise: string): void =>
    resolve(
      seen ? { ...seen, verdict } : { spoke: false, code: otherwise, certificate: NOBODY, protocol: '', verdict: null },
    )
  const socket: TLSSocket = connect(
    {
      host,
      port,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
      ...(ca ? { ca } : {}),
      ...(certificate && key ? { cert: certificate, key } : {}),
      ...(isIP(host) ? {} : { servername: host }),
    },
    () => {
      // An error object or its code, by version of the runtime.
      const error: unknown = socket.authorized ? null : socket.authorizationError
      const code =
        typeof error === 'object' && error !== null
          ? String((error as { code?: unknown }).code ?? '')
          : String(error ?? '')
      seen = { spoke: true, code, certificate: socket.getPeerCertificate(), protocol: socket.alpnProtocol || '' }
      timer = setTimeout(() => end(null, ''), code === '' ? VERDICT_MS : 0)
    },
  )
  socket.on('data', () => end(null, ''))
  socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => end(code, code))
  socket.on('close', () => end('', ''))
  socket.setTimeout(PATIENCE_MS, () => end(null, 'ETIMEDOUT'))
  return promise.finally(() => {
    clearTimeout(timer)
    socket.destroy()
  })
}
