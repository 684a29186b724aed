/**
 * The middle of most answers, between the request's id and the documents. In those of one endpoint it differs in nothing but
 * its times, so it is made once and copied: one write in place of twenty, which were a third of the gateway's work for an answer.
 */
import type { JsonText } from '../../document/json-text.ts'
import type { Envelope } from '../../wire/envelope.ts'
import type { Route } from '../../wire/routes.ts'
import { secondText, splitTime, wholeSecond } from './time.ts'

/** Bytes with gaps for the microseconds of each time. */
interface Middle {
  readonly target: string
  readonly executors: readonly string[]
  readonly bytes: Buffer
  /** Two of each route: where its microseconds stand; 0: there is no such time. */
  readonly places: readonly number[]
  /** The seconds that stand there now, as many. */
  readonly seconds: number[]
}

/** `2023-11-14T22:13:20.`, which stands before the microseconds. */
const SECOND_LENGTH = 20
const DIGITS = 6

/** By endpoint. Callers may name any, so the memory is bounded; a service has few. */
const middles = new Map<string, Middle>()
const MOST_MIDDLES = 64

/** A caller that names endpoints as long as it likes does not fill the memory. */
const LONGEST_NAMES = 512
/** From here on years have five digits. */
const YEAR_10000_MS = 253_402_300_800_000

/** The microseconds of the answer at hand. */
const micros: number[] = []

/** For an answer without parameters that did not fail. false: it is no usual one after all, and nothing is written. */
export function writeUsual(out: JsonText, envelope: Envelope, routes: readonly Route[]): boolean {
  const { endpoint, targetExecutor } = envelope
  let middle = middles.get(endpoint)
  if (middle === undefined || middle.target !== targetExecutor || !fits(middle, routes)) {
    if (endpoint.length + targetExecutor.length > LONGEST_NAMES || !routes.every(isUsual)) return false
    middle = makeMiddle(endpoint, targetExecutor, routes)
    if (middles.size >= MOST_MIDDLES) middles.clear()
    middles.set(endpoint, middle)
  }
  const { places } = middle
  for (let i = 0; i < routes.length; i++) {
    setTime(middle, 2 * i, routes[i]!.startMs)
    setTime(middle, 2 * i + 1, routes[i]!.endMs)
  }
  const start = out.bytes(middle.bytes)
  for (let i = 0; i < places.length; i++) if (places[i]! > 0) out.digitsAt(start + places[i]!, micros[i]!, DIGITS)
  return true
}

const isUsual = ({ startMs, endMs, status }: Route): boolean =>
  status === null && startMs < YEAR_10000_MS && endMs < YEAR_10000_MS

function fits({ executors, places }: Middle, routes: readonly Route[]): boolean {
  if (executors.length !== routes.length) return false
  for (let i = 0; i < executors.length; i++) {
    const route = routes[i]!
    const { executor, startMs, endMs } = route
    if (executor !== executors[i] || !isUsual(route)) return false
    if (startMs > 0 !== places[2 * i]! > 0 || endMs > 0 !== places[2 * i + 1]! > 0) return false
  }
  return true
}

/** The second goes into the bytes that are copied, where that of the answer before stands: it is mostly the same. */
function setTime({ bytes, places, seconds }: Middle, index: number, ms: number): void {
  const place = places[index]!
  if (place === 0) return
  micros[index] = splitTime(ms)
  if (wholeSecond() === seconds[index]) return
  seconds[index] = wholeSecond()
  bytes.write(secondText(), place - SECOND_LENGTH, 'latin1')
}

function makeMiddle(endpoint: string, target: string, routes: readonly Route[]): Middle {
  const quoted = JSON.stringify
  const places: number[] = []
  let text = Buffer.from(
    `,"status":null,"execEndpoint":${quoted(endpoint)},"targetExecutor":${quoted(target)}},"parameters":{},"routes":[`,
  )
  const add = (more: string): void => {
    text = Buffer.concat([text, Buffer.from(more)])
  }
  const addTime = (before: string, ms: number): void => {
    add(before)
    places.push(ms > 0 ? text.length + 1 + SECOND_LENGTH : 0)
    add(ms > 0 ? `"${' '.repeat(SECOND_LENGTH - 1)}.${'0'.repeat(DIGITS)}Z"` : 'null')
  }
  for (const [i, { executor, startMs, endMs }] of routes.entries()) {
    add(`${i === 0 ? '' : ','}{"executor":${quoted(executor)}`)
    addTime(',"startTime":', startMs)
    addTime(',"endTime":', endMs)
    add(',"status":null}')
  }
  add('],"data":')
  const executors = routes.map(({ executor }) => executor)
  return { target, executors, bytes: text, places, seconds: places.map(() => -1) }
}
