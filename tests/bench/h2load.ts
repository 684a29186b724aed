/** Load by h2load: gRPC unary calls are plain HTTP/2 POSTs of a file. */
import { UNARY_PATH } from './paths.ts'

export interface Load {
  readonly requests: number
  readonly connections: number
  /** Requests under way on each connection. */
  readonly streams: number
}

/** Seconds that all requests took; throws when one of them failed. */
export async function loadUnary(address: string, frameFile: string, load: Load): Promise<number> {
  const { requests, connections, streams } = load
  const command = ['h2load', '-n', `${requests}`, '-c', `${connections}`, '-m', `${streams}`, '-w', '24', '-W', '26']
  const headers = ['-H', 'content-type: application/grpc', '-H', 'te: trailers']
  const h2load = Bun.spawn([...command, ...headers, '-d', frameFile, `http://${address}${UNARY_PATH}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = await new Response(h2load.stdout).text()
  const succeeded = Number(/(\d+) succeeded/.exec(text)?.[1] ?? 0)
  const finished = /finished in ([\d.]+)(us|ms|s)\b/.exec(text)
  if ((await h2load.exited) !== 0 || succeeded !== requests || finished === null) {
    throw new Error(`h2load: ${succeeded} of ${requests} requests succeeded\n${text}`)
  }
  return Number(finished[1]) / { us: 1e6, ms: 1e3, s: 1 }[finished[2] as 'us' | 'ms' | 's']
}

export function requireH2load(): void {
  if (Bun.which('h2load') !== null) return
  throw new Error('h2load is missing; on Debian and Ubuntu: apt-get install nghttp2-client')
}
