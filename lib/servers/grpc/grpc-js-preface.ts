/**
 * Tells callers of HTTP/1 that the port speaks gRPC: grpc-js sends them binary frames. It has no hook for that and keeps
 * its HTTP/2 servers to itself (1.14: `http2Servers`); where a version has none of the name, all stays as it was. Behind
 * TLS the negotiation of the protocol (ALPN) does the same.
 */
import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { Server } from '@grpc/grpc-js'

/** A connection without a word in this time is closed: keep-alive watches only over those that speak HTTP/2. */
const SILENCE_MS = 20_000

const HTTP1 = /^[A-Z]{2,20} \S+(?: HTTP\/1|$)/
const TEXT = 'this port speaks gRPC (HTTP/2 without TLS); HTTP/1.1 is served with --protocol http\n'
const ANSWER = [
  'HTTP/1.1 400 Bad Request',
  'content-type: text/plain; charset=utf-8',
  `content-length: ${TEXT.length}`,
  'connection: close',
  '',
  TEXT,
].join('\r\n')

/** To be called once the server is bound. Returns what drops those that have not said a word: nobody waits for them. */
export function answerHttp1(server: Server): () => void {
  const silent = new Set<Socket>()
  const servers = (server as unknown as { http2Servers?: ReadonlyMap<EventEmitter, unknown> }).http2Servers
  for (const http2 of servers?.keys() ?? []) {
    const listeners = http2.listeners('connection') as ((this: EventEmitter, socket: Socket) => void)[]
    http2.removeAllListeners('connection')
    http2.on('connection', (socket: Socket) => {
      silent.add(socket)
      socket.once('close', () => silent.delete(socket))
      sniff(socket, () => {
        silent.delete(socket)
        for (const listener of listeners) listener.call(http2, socket)
      })
    })
  }
  return () => {
    for (const socket of silent) socket.destroy()
  }
}

/** Looks at the first bytes and puts them back: the preface of HTTP/2 begins with `PRI * HTTP/2.0`. */
function sniff(socket: Socket, handOver: () => void): void {
  const drop = () => socket.destroy()
  socket.on('error', drop)
  socket.setTimeout(SILENCE_MS, drop)
  socket.once('readable', () => {
    const bytes = socket.read() as Buffer | null
    if (bytes === null) return drop()
    if (HTTP1.test(bytes.toString('latin1', 0, 64))) return void socket.end(ANSWER, drop)
    socket.off('error', drop)
    socket.setTimeout(0)
    socket.off('timeout', drop)
    socket.unshift(bytes)
    handOver()
  })
}
