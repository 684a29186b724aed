/** Latency of one caller who waits for each answer before the next request. */
import { median } from './machine.ts'
import { type Measure, measure } from './report.ts'
import type { Served } from './servers.ts'
import { drive, type Requests } from './throughput.ts'

export async function measureLatency(
  binary: Served,
  echo: Served,
  requests: Requests,
  count: number,
): Promise<Measure[]> {
  const found = {
    binary: { p50: [] as number[], p99: [] as number[] },
    echo: { p50: [] as number[], p99: [] as number[] },
  }
  for (let round = 0; round < 3; round++) {
    for (const [name, server] of [
      ['echo', echo],
      ['binary', binary],
    ] as const) {
      const { p50, p99 } = await drive('sequential', server.address, requests.text.message, count)
      found[name].p50.push(p50 as number)
      found[name].p99.push(p99 as number)
    }
  }
  return [
    measure('latency.p50', 'latency of sequential calls: p50', median(found.binary.p50), 'µs'),
    measure('latency.p99', 'latency of sequential calls: p99', median(found.binary.p99), 'µs'),
    measure('latency.echo.p50', 'latency of a bare echo: p50', median(found.echo.p50), 'µs'),
    measure('latency.echo.p99', 'latency of a bare echo: p99', median(found.echo.p99), 'µs'),
  ]
}
