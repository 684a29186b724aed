/** Where sockets and HTTP clients of Bun and Node go for an address, `HOST:PORT` or `unix:PATH`. */
import { unixPath } from '../../wire/unix-socket.ts'

export type SocketPlace = { readonly host: string; readonly port: number } | { readonly path: string }

export function socketPlace(address: string): SocketPlace {
  const path = unixPath(address)
  if (path !== null) return { path }
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? []
  return { host, port: Number(port) }
}

/** What stands in URLs and `Host` headers: a file has no name there (RFC 9112, section 3.2). */
export const authorityOf = (address: string): string => (unixPath(address) === null ? address : 'localhost')
