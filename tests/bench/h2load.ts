/** Load by h2load: gRPC unary calls are plain HTTP/2 POSTs of a file, calls in JSON those of HTTP/1.1. */
import { UNARY_PATH } from './paths.ts'

export interface Load {
  readonly requests: number
  readonly connections: number
  /** Requests under way on each connection. */
  readonly streams: number
  /** Requests a second on each connection. Default: as many as are answered. */
  readonly pace?: number
}

export function loadUnary(address: string, frameFile: string, load: Load): Promise<number> {
  const headers = ['-w', '24', '-W', '26', '-H', 'content-type: application/grpc', '-H', 'te: trailers']
  return run([...headers, '-d', frameFile, `http://${address}${UNARY_PATH}`], load)
}

/** The same over HTTP/1.1: POSTs of a file of JSON. */
export function loadJson(url: string, bodyFile: string, load: Load): Promise<number> {
  return run(['--h1', '-H', 'content-type: application/json', '-d', bodyFile, url], load)
}

/** Seconds that all requests took; throws when one of them failed. */
async function run(rest: readonly string[], { requests, connections, streams, pace }: Load): Promise<number> {
  const command = ['h2load', '-n', `${requests}`, '-c', `${connections}`, '-m', `${streams}`]
  if (pace !== undefined) command.push('--rps', pace.toFixed(2))
  const h2load = Bun.spawn([...command, ...rest], { stdio: ['ignore', 'pipe', 'pipe'] })
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
