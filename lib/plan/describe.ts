/** What `xserve check` tells of a file: the graph of a Flow, or what an executor's YAML means. */
import { substitute, type Variables } from '../config/variables.ts'
import { readYaml } from '../config/yaml-file.ts'
import { loadFlow } from './load.ts'
import { type FlowPlan, GATEWAY } from './plan.ts'
import { readUses } from './uses-file.ts'

export interface Described {
  readonly ok: true
  readonly executors?: readonly { readonly name: string; readonly needs: readonly string[] }[]
  /** Node → those behind it, with Jina's names of the two sides of the gateway. */
  readonly graph?: Readonly<Record<string, readonly string[]>>
  readonly warnings: readonly { readonly message: string }[]
  readonly resolved?: unknown
}

const START = 'start-gateway'
const END = 'end-gateway'

/** `plain`: any YAML, of which only variables are resolved. Throws XserveError FILE_NOT_FOUND, BAD_CONFIG. */
export function describeFile(file: string, variables: Variables, plain: boolean): Described {
  const yaml = readYaml(file)
  if (plain) return { ok: true, warnings: [], resolved: sayable(substitute(yaml, variables)) }
  if (isFlow(yaml.value)) {
    const { plan, warnings } = loadFlow(file, variables)
    return { ok: true, ...graphOf(plan), warnings: warnings.map((message) => ({ message })) }
  }
  const { uses, options } = readUses(file, { file: yaml, path: [], modules: [], variables })
  const className = uses.kind === 'module' ? uses.className : null
  return {
    ok: true,
    warnings: [],
    resolved: sayable({
      class: className,
      arguments: options.uses_with ?? {},
      metas: { name: className, ...(options.uses_metas as object | undefined) },
      requests: options.uses_requests ?? {},
      ...(options.uses_dynamic_batching === undefined ? {} : { dynamic_batching: options.uses_dynamic_batching }),
    }),
  }
}

function isFlow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return 'executors' in value || (value as { jtype?: unknown }).jtype === 'Flow'
}

function graphOf({ graph, deployments }: FlowPlan): Pick<Described, 'executors' | 'graph'> {
  const followers: Record<string, string[]> = { [START]: [] }
  for (const { name } of graph.nodes) followers[name] = []
  for (const { name, needs } of graph.nodes)
    for (const need of needs) followers[need === GATEWAY ? START : need]!.push(name)
  // Where all float, the request itself is the answer.
  for (const end of graph.ends) followers[end === GATEWAY ? START : end]!.push(END)
  const needsOf = (name: string) => graph.nodes.find((node) => node.name === name)?.needs ?? []
  return { executors: deployments.map(({ name }) => ({ name, needs: needsOf(name) })), graph: followers }
}

/** JSON has no words for some numbers of YAML. */
function sayable(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { float: Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' }
  }
  if (Array.isArray(value)) return value.map(sayable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sayable(item)]))
}
