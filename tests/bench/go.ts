/** CPU and rate beside a server in Go: the front alone against its equal, and all that we do against the least in Go. */
import { compare, type Run, type Scale } from './compare.ts'
import { loadUnary } from './h2load.ts'
import { atLeast, type Measure, measure } from './report.ts'
import { type Served, serveFront, serveGo } from './servers.ts'
import type { Requests } from './throughput.ts'

export async function measureGo(binary: Served, requests: Requests, scale: Scale): Promise<Measure[]> {
  const go = await serveGo()
  if (go === null) {
    console.log('Go is not here: its echo is not measured\n')
    return []
  }
  const front = await serveFront()
  try {
    const found = await compare([go, front, binary], scale, ({ address }, count) =>
      loadUnary(address, requests.text.frame, { connections: 16, streams: 16, requests: count }),
    )
    const [other, echo, whole] = found as [Run, Run, Run]
    return [
      measure('go.rate', 'grpc-go: bare echo', other.rate, 'req/s'),
      measure('go.cpu', 'grpc-go: CPU of it', other.frontCpu, 'µs/req'),
      measure('go.front.rate', 'our front: bare echo', echo.rate, 'req/s'),
      measure('go.front.cpu', 'our front: CPU of it', echo.frontCpu, 'µs/req'),
      measure('go.core', 'echoes on a core: multiple of grpc-go', other.frontCpu / echo.frontCpu, '×', atLeast(1)),
      measure('go.ratio', 'gateway and worker: multiple of the echo of grpc-go', whole.rate / other.rate, '×'),
    ]
  } finally {
    await Promise.all([go.stop(), front.stop()])
  }
}
