/** Why a connection did not come about, as far as TLS is to blame: asked of the server itself, since errors of protocols tell little. */
import { isIP } from 'node:net'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { asXserveError, XserveError } from '../errors.ts'
import type { Address } from '../wire/address.ts'
import type { CallerTls } from '../wire/call.ts'

/** The server has just failed: it is not waited for long. */
const PATIENCE_MS = 2000

const ENCRYPTED = { grpc: 'grpcs://', http: 'https://', websocket: 'wss://' } as const
const PLAIN = { grpc: 'grpc://', http: 'http://', websocket: 'ws://' } as const

interface Reason {
  readonly what: string
  readonly hint: string
}

/** The error of a call; a clearer one with the same code where a look at the server's TLS tells more. */
export async function explainTls(error: unknown, address: Address, tls: boolean | CallerTls): Promise<unknown> {
  const { code, details, message } = asXserveError(error)
  const isLost = code === 'UNREACHABLE' || (code === 'UNAVAILABLE' && message.includes('broke'))
  if (!isLost || /refused|no such host|no connection within/.test(message)) return error
  const reason = tls ? await lookAtCertificate(address, tls) : await lookForTls(address)
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
  const { spoke } = await look(address, undefined)
  if (!spoke) return null
  return { what: 'it speaks TLS, and was spoken to without', hint: `write ${ENCRYPTED[address.protocol]}` }
}

async function lookAtCertificate(address: Address, tls: true | CallerTls): Promise<Reason | null> {
  const { spoke, code, certificate } = await look(address, tls === true ? undefined : tls.ca)
  if (!spoke) {
    if (code !== 'ERR_SSL_WRONG_VERSION_NUMBER' && code !== 'EPROTO') return null
    return { what: 'it does not speak TLS on this port', hint: `write ${PLAIN[address.protocol]}, or use its TLS port` }
  }
  return code === '' ? null : (certificateReason(code, certificate, address.host) ?? unknownReason(code))
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
}

function look({ host, port }: Address, ca: string | undefined): Promise<Look> {
  const { promise, resolve } = Promise.withResolvers<Look>()
  const socket: TLSSocket = connect(
    {
      host,
      port,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
      ...(ca ? { ca } : {}),
      ...(isIP(host) ? {} : { servername: host }),
    },
    () => {
      // An error object or its code, by version of the runtime.
      const error: unknown = socket.authorized ? null : socket.authorizationError
      const code =
        typeof error === 'object' && error !== null
          ? String((error as { code?: unknown }).code ?? '')
          : String(error ?? '')
      resolve({ spoke: true, code, certificate: socket.getPeerCertificate() })
    },
  )
  const failed = (code: string) => resolve({ spoke: false, code, certificate: {} as PeerCertificate })
  socket.on('error', (error: NodeJS.ErrnoException) => failed(error.code ?? ''))
  socket.on('close', () => failed(''))
  socket.setTimeout(PATIENCE_MS, () => failed('ETIMEDOUT'))
  return promise.finally(() => socket.destroy())
}
