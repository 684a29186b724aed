/** A Flow as a plan, from its parts as they are written: in YAML, in a program, on the command line. */
import { type Given, memberOf } from '../config/given.ts'
import { mergeOptions, type Options, readOptions } from '../config/read-options.ts'
import { type ForAll, type Item, readItem, textOf } from './deployment.ts'
import { readFront } from './front.ts'
import { type GraphNode, type GraphReport, planGraph } from './graph.ts'
import type { FlowPlan } from './plan.ts'
import type { Reading } from './reading.ts'

export interface FlowParts {
  /** Options of the Flow. */
  readonly flow: Given
  /** Options of the gateway alone, which go before; later ones before earlier ones. */
  readonly gateways: readonly Given[]
  /** Options of the gateway that go before all others. Default: none. */
  readonly over?: Given
  readonly executors: readonly Given[]
  /** Options of each of them that go before its own. Default: none. */
  readonly overExecutors?: Given
  /** Where executors would stand, for problems of all of them. */
  readonly list: Given
  /** Of those without a name: this and their number. Default: executor. */
  readonly name?: string
}

export interface Assembled {
  /** Only to be used when there are no problems. */
  readonly plan: FlowPlan
  readonly items: readonly Item[]
  /** Options of the gateway as they are written, all together. */
  readonly front: Options
  /** Those of the Flow, and those of the gateway alone. */
  readonly flow: Options
  readonly gateway: Options
}

const NOTHING: Options = new Map()

export function assemble(parts: FlowParts, reading: Reading): Assembled {
  const { problems } = reading
  const flow = readOptions('gateway', parts.flow, problems)
  const own = parts.gateways.map((at) => readOptions('gateway', at, problems)).reduce(mergeOptions, NOTHING)
  const over = parts.over ? readOptions('gateway', parts.over, problems) : NOTHING
  const front = mergeOptions(mergeOptions(flow, own), over)
  const gateway = readFront(front, parts.gateways[0] ?? parts.flow, reading)
  const forAll: ForAll = {
    options: new Map([...flow, ...over].filter(([, { option }]) => option.spreads === true)),
    env: gateway.env,
  }
  const overItems = parts.overExecutors ? readOptions('executor', parts.overExecutors, problems) : NOTHING
  const items = parts.executors.map((at, index) => {
    const own = mergeOptions(readOptions('executor', at, problems), overItems)
    return readItem({ at, own }, parts.name ?? `executor${index}`, forAll, reading)
  })
  const graph = planGraph(items.map(nodeOf), reportTo(items, parts.list, reading))
  checkPorts(items, front, gateway.listeners, reading)
  return {
    plan: {
      name: textOf(flow, 'name') ?? null,
      gateway,
      deployments: items.map(({ plan }) => plan),
      graph,
      files: [...reading.files],
    },
    items,
    front,
    flow,
    gateway: own,
  }
}

function nodeOf({ name, options }: Item): GraphNode {
  const value = (key: string): unknown => options.get(key)?.value
  const needs = value('needs') as readonly string[] | undefined
  return {
    name,
    ...(needs === undefined ? {} : { needs }),
    needsAll: value('method') === 'needs_all',
    floating: value('floating') === true,
    when: (value('when') as GraphNode['when'] | undefined) ?? null,
    noReduce: value('no_reduce') === true,
  }
}

function reportTo(items: readonly Item[], list: Given, { problems }: Reading): GraphReport {
  const placeOf = (index: number | null, key: string): Given => {
    const item = index === null ? undefined : items[index]
    return item?.options.get(key)?.at ?? item?.at ?? list
  }
  return {
    fault: (index, key, message, hint) => problems.add(placeOf(index, key), message, hint),
    warning: (index, key, message) => problems.warn(placeOf(index, key), message),
  }
}

/** A port has one owner; those of executors elsewhere are not ours. */
function checkPorts(
  items: readonly Item[],
  front: Options,
  listeners: FlowPlan['gateway']['listeners'],
  { problems }: Reading,
): void {
  const owners = new Map<number, string>()
  const port = front.get('port')
  if (port) for (const one of listeners) owners.set(one.port, 'the gateway')
  for (const { name, options, plan } of items) {
    const own = options.get('port')
    if (own === undefined || plan.uses.kind === 'external') continue
    for (const [index, number] of (own.value as readonly number[]).entries()) {
      const owner = owners.get(number)
      const at = Array.isArray(own.at.value) ? memberOf(own.at, index) : own.at
      if (owner !== undefined && number !== 0) problems.add(at, `port ${number} of ${name} is that of ${owner}, too`)
      owners.set(number, name)
    }
  }
}
