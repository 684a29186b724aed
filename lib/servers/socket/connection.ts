/** What a front on Bun's sockets and its connections know of each other. */
import { addressText } from '../../wire/address.ts'

/** As far as a connection knows its socket. */
export interface FrontSocket {
  /** Of a Unix socket there is none. */
  readonly remoteAddress: string | undefined
  readonly remotePort: number
  /** Says how many bytes were taken; negative if it is closed. */
  write(bytes: Uint8Array, offset: number, length: number): number
  pause(): void
  resume(): void
  /** Sends the end; what comes is still read. */
  shutdown(): void
  /** At once. */
  end(): void
}

/** One connection, whatever it speaks. */
export interface FrontConnection {
  /** Bytes of the caller, which do not change later. */
  receive(chunk: Buffer): void
  /** The socket takes bytes again. */
  drained(): void
  /** The socket is gone. */
  closed(): void
  /** Called once a second. */
  tick(second: number): void
  /** The front takes no new calls: the connection ends once what is under way is answered. */
  drain(): void
  /** The last moment of a front that closes: what still runs is told, and ended. */
  cutShort(): void
  terminate(): void
}

let nameless = 0

/** `127.0.0.1:5000`, `[::1]:5000`; a connection by a Unix socket gets a number of ours, `unix:1`. Asked once for each. */
export function peerOf({ remoteAddress, remotePort }: FrontSocket): string {
  if (remoteAddress === undefined) return `unix:${++nameless}`
  return addressText({ host: remoteAddress, port: remotePort })
}
