/** What a request costs by its size, one after the other: beside the least that carries as many bytes through two processes. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawCosts, type Line, sizeText } from './cost-picture.ts'
import { loadUnary } from './h2load.ts'
import { median } from './machine.ts'
import { framed, tensorRequest } from './message.ts'
import { atLeast, atMost, type Measure, measure } from './report.ts'
import type { Served } from './servers.ts'
import { runProgram } from './throughput.ts'

const SIZES = [100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8]
/** The size whose ratio to the relay is promised. */
const LARGE = 1e6
const PICTURE = join(import.meta.dir, 'cost-by-size.svg')
/** About so many bytes go each way in a round. */
const ROUND_BYTES = 4e8

/** Microseconds of one; without `quick` the picture in this folder is drawn anew. */
export async function measureSizes(binary: Served, relay: Served, folder: string, quick: boolean): Promise<Measure[]> {
  const rounds = quick ? 1 : 3
  const most = quick ? 500 : 4000
  const ours: number[] = []
  const least: number[] = []
  for (const size of SIZES) {
    const file = join(folder, 'sized.frame')
    writeFileSync(file, framed(tensorRequest(size)))
    const count = Math.max(2, Math.min(most, Math.ceil(ROUND_BYTES / size)))
    const found = { ours: [] as number[], least: [] as number[] }
    for (let round = -1; round < rounds; round++) {
      const { seconds } = await runProgram('relay-load', relay.address, size, count, 1, 1)
      const own = await loadUnary(binary.address, file, { connections: 1, streams: 1, requests: count })
      if (round < 0) continue
      found.least.push(((seconds as number) / count) * 1e6)
      found.ours.push((own / count) * 1e6)
    }
    rmSync(file)
    ours.push(median(found.ours))
    least.push(median(found.least))
  }
  if (!quick) {
    const lines: Line[] = [
      { name: 'xserve: gateway, worker, every number doubled', micros: ours },
      { name: 'bare relay through two processes', micros: least },
    ]
    writeFileSync(PICTURE, drawCosts(SIZES, lines))
  }
  const large = SIZES.indexOf(LARGE)
  return [
    ...SIZES.flatMap((size, i) => [
      measure(`size.${size}`, `${sizeText(size)}, one at a time`, ours[i]!, 'µs'),
      measure(`size.${size}.relay`, `${sizeText(size)}: bare relay`, least[i]!, 'µs'),
    ]),
    measure('size.beyond', 'small request: time beyond the bare relay', ours[0]! - least[0]!, 'µs', atMost(200)),
    measure(
      'size.ratio',
      `${sizeText(LARGE)}: speed, of that of the bare relay`,
      least[large]! / ours[large]!,
      '×',
      atLeast(0.7),
    ),
  ]
}
