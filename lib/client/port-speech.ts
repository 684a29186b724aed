/** What a port without TLS speaks, found out by a request that everybody answers somehow: a wrong port is told by what is there. */
import { connect, type Socket } from 'node:net'
import type { Address } from '../wire/address.ts'

export type Speech =
  | { readonly kind: 'http' | 'grpc' }
  /** Its first words, as far as they can be read. */
  | { readonly kind: 'other'; readonly words: string }
  /** It said nothing. */
  | { readonly kind: 'none' }

/** The server has just failed: it is not waited for long. */
const PATIENCE_MS = 2000
/** So much tells it: the head of an answer and the words behind it. */
const ENOUGH_BYTES = 1024
/** Bytes that come in pieces come soon. */
const PIECES_MS = 100
const MOST_WORDS = 40
const HEAD_BYTES = 9
const SETTINGS = 4
const GOAWAY = 7

export function askSpeech({ host, port }: Pick<Address, 'host' | 'port'>): Promise<Speech> {
  const { promise, resolve } = Promise.withResolvers<Speech>()
  let heard: Buffer = Buffer.alloc(0)
  let timer: Timer | undefined
  const done = (): void => resolve(speechOf(heard))
  const socket: Socket = connect({ host, port }, () => {
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
  })
  socket.on('data', (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk])
    if (heard.length >= ENOUGH_BYTES) done()
    else timer ??= setTimeout(done, PIECES_MS)
  })
  socket.on('error', done)
  socket.on('close', done)
  socket.setTimeout(PATIENCE_MS, done)
  return promise.finally(() => {
    clearTimeout(timer)
    socket.destroy()
  })
}

/** From the first bytes of an answer to a request of HTTP/1.1. */
export function speechOf(heard: Buffer): Speech {
  if (heard.length === 0) return { kind: 'none' }
  const text = heard.toString('latin1')
  // Who speaks gRPC alone and knows HTTP/1.1 when it sees it says so.
  if (/^HTTP\/1\.[01] \d{3}/.test(text)) return { kind: /speaks gRPC/i.test(text) ? 'grpc' : 'http' }
  if (isFrame(heard)) return { kind: 'grpc' }
  const words = text.split(/[\r\n]/, 1)[0]!.replaceAll(/[^\x20-\x7e]/g, '.')
  return { kind: 'other', words: words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS)}…` : words }
}

/** The first frame of an HTTP/2 server: its settings, or that it gives up (RFC 9113 §3.4). */
function isFrame(heard: Buffer): boolean {
  if (heard.length < HEAD_BYTES) return false
  const [type, length] = [heard[3], heard.readUIntBE(0, 3)]
  return (type === SETTINGS || type === GOAWAY) && length < 16_384 && heard.readUInt32BE(5) === 0
}
