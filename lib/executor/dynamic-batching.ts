/** `@dynamicBatching`: documents of several requests go to a method together (Jina facts §3.6). */

import { XserveError } from '../errors.ts'
import type { BatchingPlan } from '../plan/plan.ts'
import { BATCH_TIMEOUT_MS } from '../wire/defaults.ts'
import type { EndpointTable } from './endpoints.ts'
import type { Executor } from './executor.ts'
import { isStreaming } from './generator.ts'
import { createNotes, type MethodDecorator } from './method-notes.ts'

/** What `@dynamicBatching({ … })` takes. */
export interface DynamicBatchingOptions {
  /** Documents that the method gets at once, at most; as soon as so many wait, they go. */
  readonly preferredBatchSize: number
  /** Milliseconds that a document waits for others. Default 10 000, as in Jina. */
  readonly timeout?: number
  /** Everything that waits goes at once: the size only says when. Default false. */
  readonly flushAll?: boolean
}

/** Timers count to here (24.8 days). */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

function refused(why: string): XserveError {
  return new XserveError('BAD_ENDPOINT', `@dynamicBatching ${why}`, {
    hint: 'for example @dynamicBatching({ preferredBatchSize: 32, timeout: 100 })',
  })
}

const noted = createNotes<BatchingPlan>(refused)

/**
 * Stands beside `@requests`, above or below it. One batch at a time for the same endpoint and the same parameters; what
 * comes meanwhile waits, and goes right behind it if there is enough of it or it has waited long enough.
 * Throws XserveError BAD_ENDPOINT for options that are none.
 */
export function dynamicBatching(options: DynamicBatchingOptions): MethodDecorator {
  const plan = readOptions(options)
  return (first: unknown, second: unknown, third?: unknown): void => noted.add([plan], first, second, third)
}

function readOptions(options: unknown): BatchingPlan {
  if (typeof options !== 'object' || options === null) throw refused('takes an object with preferredBatchSize')
  const known = ['preferredBatchSize', 'timeout', 'flushAll']
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw refused(`has no option ${JSON.stringify(key)}; there are ${known.join(', ')}`)
  }
  const { preferredBatchSize, timeout = BATCH_TIMEOUT_MS, flushAll = false } = options as DynamicBatchingOptions
  if (!Number.isInteger(preferredBatchSize) || preferredBatchSize < 1)
    throw refused(`needs a preferredBatchSize of 1 or more, not ${JSON.stringify(preferredBatchSize)}`)
  if (typeof timeout !== 'number' || !(timeout >= 0 && timeout <= MAX_TIMEOUT_MS))
    throw refused(`needs a timeout of 0 to ${MAX_TIMEOUT_MS} milliseconds, not ${JSON.stringify(timeout)}`)
  if (typeof flushAll !== 'boolean') throw refused(`needs true or false for flushAll, not ${JSON.stringify(flushAll)}`)
  return { preferredBatchSize, timeoutMs: timeout, flushAll }
}

/**
 * Endpoint → batching. `given` is by endpoint or method, and goes before what the class says; an endpoint goes before its
 * method. Throws XserveError BAD_ENDPOINT for names that are neither, and for methods that stream.
 */
export function buildBatching(
  executor: typeof Executor,
  table: EndpointTable,
  given: Readonly<Record<string, BatchingPlan>> = {},
): ReadonlyMap<string, BatchingPlan> {
  const methods = new Set(table.values())
  for (const name of Object.keys(given)) {
    if (table.has(name) || methods.has(name)) continue
    throw new XserveError('BAD_ENDPOINT', `dynamic_batching names ${name}, which is no endpoint of ${executor.name}`, {
      hint: `endpoints: ${[...table.keys()].join(', ') || 'none'}; methods: ${[...methods].join(', ') || 'none'}`,
    })
  }
  const ofClass = classNotes(executor)
  const plans = new Map<string, BatchingPlan>()
  for (const [endpoint, method] of table) {
    const plan = given[endpoint] ?? given[method] ?? ofClass.get(method)
    if (plan === undefined) continue
    if (isStreaming((executor.prototype as unknown as Record<string, unknown>)[method])) {
      throw new XserveError('BAD_ENDPOINT', `${executor.name}.${method} streams, so its documents cannot be batched`)
    }
    plans.set(endpoint, plan)
  }
  return plans
}

/** A class goes before its parents, and a method that it overrides is no longer batched unless it says so. */
function classNotes(executor: typeof Executor): Map<string, BatchingPlan> {
  const found = new Map<string, BatchingPlan>()
  const decided = new Set<string>()
  for (let one: object = executor; typeof one === 'function' && one.prototype; one = Object.getPrototypeOf(one)) {
    for (const { method, value } of noted.of(one as typeof Executor)) if (!decided.has(method)) found.set(method, value)
    for (const method of Object.getOwnPropertyNames(one.prototype)) decided.add(method)
  }
  return found
}
