/** Addresses of Unix sockets, as gRPC names them: `unix:PATH`, or `unix://PATH` with an absolute one. */

/** What fits into `sockaddr_un` (unix(7)), in bytes, behind it a zero. */
export const LONGEST_PATH = process.platform === 'darwin' ? 103 : 107

const SCHEME = /^unix:(?:\/\/(?=\/))?/i

/** The path of such an address, null for any other. */
export function unixPath(host: string): string | null {
  const scheme = SCHEME.exec(host)?.[0]
  return scheme === undefined ? null : host.slice(scheme.length)
}

/** Why no socket can be there; null when one can. */
export function badUnixPath(path: string): string | null {
  if (path === '' || path.includes('\0')) return 'it names no file'
  const length = Buffer.byteLength(path)
  return length > LONGEST_PATH ? `its path has ${length} bytes, and the system takes ${LONGEST_PATH}` : null
}
