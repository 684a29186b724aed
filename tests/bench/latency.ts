/**
 * Latency, beside the least that two processes can do: a relay of bytes, TCP → Unix socket and back. Of one caller who waits for
 * each answer, and of many at half the rate that is possible, who do not wait for one another.
 */
import { loadUnary } from './h2load.ts'
import { median } from './machine.ts'
import { atMost, type Measure, measure } from './report.ts'
import type { Served } from './servers.ts'
import { type Requests, runProgram } from './throughput.ts'

const CONNECTIONS = 16
const ROUNDS = 5
/** What a single call may take beyond the relay, at the median. */
const MOST_BEYOND_US = 40

interface Times {
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

/** Medians of several rounds in which the two take turns. */
async function both(binary: Served, relay: Served, file: string, ...load: number[]): Promise<[Times, Times]> {
  const servers = [
    ['grpc', binary, [] as Times[]],
    ['bytes', relay, [] as Times[]],
  ] as const
  for (let round = 0; round < ROUNDS; round++) {
    for (const [mode, { address }, found] of servers) {
      found.push((await runProgram('latency-load', mode, address, file, ...load)) as unknown as Times)
    }
  }
  const of = (found: readonly Times[], name: keyof Times) => median(found.map((times) => times[name]))
  const [own, bare] = servers.map(([, , found]): Times => {
    return { p50: of(found, 'p50'), p99: of(found, 'p99'), p999: of(found, 'p999') }
  })
  return [own!, bare!]
}

export async function measureLatency(
  binary: Served,
  relay: Served,
  requests: Requests,
  count: number,
): Promise<Measure[]> {
  const { message, frame } = requests.text
  const most = count * 2
  // Comes first: a server that has had little to do is not yet compiled, and that is not what is measured.
  const seconds = await loadUnary(binary.address, frame, { connections: CONNECTIONS, streams: 16, requests: most })
  const half = Math.round(most / seconds / 2)
  const [own, bare] = await both(binary, relay, message, count)
  const [ownLoaded, bareLoaded] = await both(binary, relay, message, most, half, CONNECTIONS)
  const beyond = own.p50 - bare.p50
  return [
    measure('latency.p50', 'latency of sequential calls: p50', own.p50, 'µs'),
    measure('latency.p99', 'latency of sequential calls: p99', own.p99, 'µs'),
    measure('latency.relay.p50', 'latency of a bare relay through two processes: p50', bare.p50, 'µs'),
    measure('latency.relay.p99', 'latency of a bare relay: p99', bare.p99, 'µs'),
    measure('latency.beyond', 'latency beyond the relay: p50', beyond, 'µs', atMost(MOST_BEYOND_US)),
    measure('latency.half.rate', 'half of the possible rate', half, 'req/s'),
    measure('latency.half.p50', 'at that rate: p50', ownLoaded.p50, 'µs'),
    measure('latency.half.p99', 'at that rate: p99', ownLoaded.p99, 'µs'),
    measure('latency.half.p999', 'at that rate: p99.9', ownLoaded.p999, 'µs'),
    measure('latency.half.relay.p50', 'bare relay at that rate: p50', bareLoaded.p50, 'µs'),
    measure('latency.half.relay.p99', 'bare relay at that rate: p99', bareLoaded.p99, 'µs'),
    measure('latency.half.relay.p999', 'bare relay at that rate: p99.9', bareLoaded.p999, 'µs'),
  ]
}
