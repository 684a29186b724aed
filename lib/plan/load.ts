/** A Flow's YAML as a plan (Jina facts §5.1). */
import path from 'node:path'
import { CARRIED } from '../config/carried.ts'
import { substitute, type Variables } from '../config/variables.ts'
import { readYaml, type YamlFile } from '../config/yaml-file.ts'
import { XserveError } from '../errors.ts'
import { parseCondition } from './condition.ts'
import type { FlowSpec, NodeSpec } from './flow-spec.ts'
import type { DeploymentPlan, FlowPlan } from './plan.ts'
import { planFlow } from './plan-flow.ts'
import { modulesOf, readUses } from './uses-file.ts'

export interface LoadedFlow {
  readonly plan: FlowPlan
  /** What is accepted and does nothing. */
  readonly warnings: readonly string[]
}

type Json = Readonly<Record<string, unknown>>

const TOP = ['jtype', 'version', 'with', 'gateway', 'executors', 'deployments']
/** Options that YAML may hold as JSON text. */
const TEXT_OF_JSON = ['uses_with', 'uses_metas', 'uses_requests', 'uses_dynamic_batching', 'when', 'grpc_metadata']
/** Other names of the ports. */
const PORTS: Readonly<Record<string, string>> = {
  port_expose: 'port',
  ports: 'port',
  port_in: 'port',
  protocols: 'protocol',
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Relative paths are relative to the file they stand in. Throws XserveError FILE_NOT_FOUND, and BAD_CONFIG with
 * `file:line:column` of what is wrong.
 */
export function loadFlow(name: string, variables: Variables): LoadedFlow {
  const file = readYaml(path.resolve(name))
  const value = substitute(file, variables)
  if (!isObject(value)) throw file.fault([], 'a Flow is described by keys: jtype: Flow, with, executors')
  // Keys that begin with x- are for anchors, as in Compose files.
  const wrong = Object.keys(value).find((key) => !TOP.includes(key) && !key.startsWith('x-'))
  if (wrong !== undefined) throw file.fault([wrong], `a Flow has no ${wrong}`, `keys: ${TOP.join(', ')}`)
  if (value.jtype !== undefined && value.jtype !== 'Flow')
    throw file.fault(['jtype'], `${JSON.stringify(value.jtype)} is no Flow`, 'jtype: Flow')
  const warnings = new Set<string>()
  const flow = { ...section(value, 'with', file, warnings), ...section(value, 'gateway', file, warnings) }
  const { reload = false, restart = false, carried: _, ...spec } = flow
  if ('uses' in spec) throw file.fault(['gateway', 'uses'], 'gateways of your own are not served')
  const list = value.executors ?? value.deployments
  const key = value.executors === undefined && value.deployments !== undefined ? 'deployments' : 'executors'
  if (!Array.isArray(list) || list.length === 0) throw file.fault([key], 'the Flow has no executors')
  const files = new Set([file.file])
  const carried: Json[] = []
  const items = list
    .map((item: unknown, index) => ({ item, at: [key, index] as const }))
    .map(({ item, at }) => {
      const read = readItem(item, at, file, variables, warnings)
      for (const one of read.files) files.add(one)
      carried.push(read.carried)
      return read.node
    })
  const plan = planned(file, key, spec, items)
  return {
    plan: {
      ...plan,
      gateway: { ...plan.gateway, reload: reload === true, restart: restart === true },
      deployments: plan.deployments.map((one, index): DeploymentPlan => ({ ...one, options: carried[index] ?? {} })),
      files: [...files],
    },
    warnings: [...warnings],
  }
}

function section(value: Json, key: 'with' | 'gateway', file: YamlFile, warnings: Set<string>): Record<string, unknown> {
  const given = value[key] ?? {}
  if (!isObject(given)) throw file.fault([key], `${key} holds keys and values`)
  checkSwitches(given, [key], file)
  return sorted(given, `${key} of the Flow`, warnings).kept
}

/** Options that do something, and those that are only kept. */
function sorted(given: Json, where: string, warnings: Set<string>) {
  const kept: Record<string, unknown> = {}
  const carried: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue
    const name = key.replaceAll('-', '_')
    if (!CARRIED.has(name)) kept[PORTS[name] ?? name] = value
    else {
      carried[name] = value
      warnings.add(`${name} (${where}) is accepted and has no effect`)
    }
  }
  return { kept, carried }
}

function readItem(
  item: unknown,
  at: readonly [string, number],
  file: YamlFile,
  variables: Variables,
  warnings: Set<string>,
): { readonly node: NodeSpec; readonly carried: Json; readonly files: readonly string[] } {
  if (!isObject(item)) throw file.fault(at, 'an executor is described by keys: name, uses, needs …')
  const label = typeof item.name === 'string' ? item.name : `executor${at[1]}`
  const { kept, carried } = sorted(item, label, warnings)
  for (const key of TEXT_OF_JSON) if (typeof kept[key] === 'string') kept[key] = parsed(kept[key], file, [...at, key])
  checkSwitches(kept, at, file)
  if (kept.when !== undefined) checkCondition(kept.when, [...at, 'when'], file)
  const { uses, py_modules, modules, method, ...options } = kept
  if (method !== undefined && !['add', 'needs', 'needs_all'].includes(String(method)))
    throw file.fault([...at, 'method'], `there is no method ${JSON.stringify(method)}`, 'add, needs, needs_all')
  const env = isObject(options.env)
    ? Object.fromEntries(Object.entries(options.env).map(([k, v]) => [k, String(v)]))
    : {}
  const place = {
    file,
    modules: modulesOf(py_modules ?? modules, file, [...at, py_modules === undefined ? 'modules' : 'py_modules']),
    variables: { ...variables, env: { ...variables.env, ...env } },
  }
  const files: string[] = []
  const one = (key: string, given: unknown) => {
    const read = readUses(given, { ...place, path: [...at, key] })
    files.push(...read.files)
    return read
  }
  const main = uses === undefined || options.external === true ? null : one('uses', uses)
  for (const key of ['uses_before', 'uses_after'])
    if (options[key] !== undefined) options[key] = one(key, options[key]).uses
  const node = { ...merged(main?.options ?? {}, options), ...(main ? { uses: main.uses } : {}) }
  return { node: (method === 'needs_all' ? { ...node, method } : node) as NodeSpec, carried, files }
}

const SWITCHES = [
  'floating',
  'no_reduce',
  'disable_reduce',
  'external',
  'tls',
  'reload',
  'restart',
  'cors',
  'no_debug_endpoints',
  'no_crud_endpoints',
]

/** A text is no truth value: "false" would be one that is true. */
function checkSwitches(given: Json, at: readonly (string | number)[], file: YamlFile): void {
  for (const key of SWITCHES) {
    const value = given[key]
    if (value === undefined || value === null || typeof value === 'boolean') continue
    throw file.fault([...at, key], `${key} is true or false, not ${JSON.stringify(value)}`)
  }
}

function checkCondition(when: unknown, at: readonly (string | number)[], file: YamlFile): void {
  if (!isObject(when))
    throw file.fault(at, `when is a condition such as {tags__n: {$lt: 5}}, not ${JSON.stringify(when)}`)
  try {
    parseCondition(when)
  } catch (error) {
    throw error instanceof XserveError ? file.fault(at, error.message, error.details.hint) : error
  }
}

/** The Flow's words go before those of the executor's own file, key by key. */
function merged(own: Json, over: Json): Record<string, unknown> {
  const out: Record<string, unknown> = { ...own, ...over }
  for (const [key, value] of Object.entries(own)) {
    const other = over[key]
    if (isObject(value) && isObject(other)) out[key] = { ...value, ...other }
  }
  return out
}

function parsed(text: string, file: YamlFile, at: readonly (string | number)[]): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw file.fault(at, `${text.slice(0, 60)} is no JSON`)
  }
}

function planned(file: YamlFile, key: string, spec: Json, nodes: readonly NodeSpec[]): FlowPlan {
  try {
    return planFlow(spec as FlowSpec, nodes, path.dirname(file.file))
  } catch (error) {
    if (!(error instanceof XserveError)) throw error
    const { where = '', hint } = error.details
    const index = nodes.findIndex(({ name }, place) => (name ?? `executor${place}`) === where.split('.')[0])
    throw file.fault(index === -1 ? ['with'] : [key, index], error.message, hint)
  }
}
