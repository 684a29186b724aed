/** What a channel is set up with: options of grpc-js, TLS, metadata. */
import { isIP } from 'node:net'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { type ChannelCredentials, type ChannelOptions, credentials, Metadata, type VerifyOptions } from '@grpc/grpc-js'
import { XserveError } from '../errors.ts'
import type { CallerTls } from '../wire/call.ts'
import type { ChannelTuning } from '../wire/grpc-tuning.ts'

/** Jina's channel options where grpc-js knows them (Jina facts §1.7); proxies and slow back-off are off (Stack facts S13, S14). */
const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  'grpc.enable_http_proxy': 0,
  // A server that is back should be used at once; four attempts a second cost neither side anything.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 250,
  'grpc.keepalive_time_ms': 9999,
  'grpc.keepalive_timeout_ms': 4999,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.use_local_subchannel_pool': 1,
  // A failed call is told, not repeated: the caller knows whether it may be.
  'grpc.enable_retries': 0,
}

const ipOf = (address: string): string | null => {
  const host = address.slice(0, address.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1')
  return isIP(host) ? host : null
}

const COMPRESSIONS = { deflate: 1, gzip: 2 } as const

/** In the words of grpc-js. */
function tuned(tuning: ChannelTuning): ChannelOptions {
  const { compression, maxReceiveBytes, maxSendBytes, keepaliveMs, keepaliveTimeoutMs } = tuning
  const { reconnectMs, mostReconnectMs } = tuning
  const given = {
    'grpc.default_compression_algorithm': compression && COMPRESSIONS[compression],
    'grpc.max_receive_message_length': maxReceiveBytes,
    'grpc.max_send_message_length': maxSendBytes,
    'grpc.keepalive_time_ms': keepaliveMs,
    'grpc.keepalive_timeout_ms': keepaliveTimeoutMs,
    'grpc.initial_reconnect_backoff_ms': reconnectMs,
    'grpc.max_reconnect_backoff_ms': mostReconnectMs ?? reconnectMs,
  }
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { ...CHANNEL_OPTIONS, ...said }
}

/** TLS names no server by IP address, and the runtime refuses to try: a name that nobody has goes out instead. */
export function channelOptions(address: string, authority?: string, tuning: ChannelTuning = {}): ChannelOptions {
  const own = tuned(tuning)
  if (authority !== undefined && ipOf(authority) === null) {
    const host = authority.slice(0, authority.lastIndexOf(':'))
    return { ...own, 'grpc.ssl_target_name_override': host, 'grpc.default_authority': authority }
  }
  return ipOf(address) ? { ...own, 'grpc.ssl_target_name_override': 'address.invalid' } : own
}

/** None, or TLS with the system's authorities or those given, and the caller's own certificate. */
export function credentialsOf(tls: boolean | CallerTls | undefined, address: string): ChannelCredentials {
  if (!tls) return credentials.createInsecure()
  const ip = ipOf(address)
  const verify: VerifyOptions = ip
    ? { checkServerIdentity: (_name, certificate) => checkServerIdentity(ip, certificate as PeerCertificate) }
    : {}
  const { ca, certificate, key }: CallerTls = tls === true ? {} : tls
  const bytes = (text: string | undefined) => (text === undefined ? null : Buffer.from(text))
  return credentials.createSsl(bytes(ca), bytes(key), bytes(certificate), verify)
}

/** Throws XserveError BAD_ARGUMENT for what cannot be sent. */
export function toMetadata(entries: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(entries)) {
    try {
      metadata.set(key, key.endsWith('-bin') ? Buffer.from(value) : value)
    } catch (error) {
      throw new XserveError('BAD_ARGUMENT', `metadata ${JSON.stringify(key)} cannot be sent`, {
        hint: 'names are letters, digits and _ - . , values are printable ASCII; NAME-bin takes any text',
        cause: error,
      })
    }
  }
  return metadata
}

/** The first value of each key. */
export function fromMetadata(metadata: Metadata): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [key, value] of Object.entries(metadata.getMap())) out[key] = value.toString()
  return out
}
