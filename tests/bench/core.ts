/** CPU and rate beside gRPC's C core as Python has it, which is what Jina's gateway stands on: a bare echo. */
import { compare, type Run, type Scale } from './compare.ts'
import { loadUnary } from './h2load.ts'
import { atLeast, type Measure, measure } from './report.ts'
import { type Served, serveCore, serveFront } from './servers.ts'
import type { Requests } from './throughput.ts'

/** It answers some thousand requests a second: fewer say the same. */
const SHARE = 0.1

export async function measureCore(binary: Served, requests: Requests, scale: Scale): Promise<Measure[]> {
  const core = await serveCore()
  if (core === null) {
    console.log('grpcio for Python is not here (make interop installs it): its echo is not measured\n')
    return []
  }
  const front = await serveFront()
  try {
    const fewer = { ...scale, requests: scale.requests * SHARE }
    const found = await compare([core, front, binary], fewer, ({ address }, count) =>
      loadUnary(address, requests.text.frame, { connections: 16, streams: 16, requests: count }),
    )
    const [other, echo, whole] = found as [Run, Run, Run]
    return [
      measure('core.rate', 'C core in Python: bare echo', other.rate, 'req/s'),
      measure('core.cpu', 'C core in Python: CPU of it', other.frontCpu, 'µs/req'),
      measure('core.core', 'echoes on a core: multiple of it', other.frontCpu / echo.frontCpu, '×', atLeast(1)),
      measure('core.ratio', 'gateway and worker: multiple of its echo', whole.rate / other.rate, '×', atLeast(1)),
    ]
  } finally {
    await Promise.all([core.stop(), front.stop()])
  }
}
