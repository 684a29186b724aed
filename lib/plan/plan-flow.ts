/** Flows that were written in TypeScript, or on the command line, as plans. */
import { fromProgram, type Given, memberOf } from '../config/given.ts'
import { createProblems } from '../config/problems.ts'
import type { Problem } from '../errors.ts'
import { type Assembled, assemble } from './assemble.ts'
import type { FlowSpec, GatewaySpec, NodeSpec } from './flow-spec.ts'
import type { FlowPlan } from './plan.ts'
import type { Reading } from './reading.ts'

export interface PlanOptions {
  /** Where relative paths begin. */
  readonly folder: string
  /** Of variables in the executors' YAML. Default: those of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly context?: Readonly<Record<string, unknown>>
  /** What the gateway alone is told. Default: nothing. */
  readonly gateway?: GatewaySpec | null
  /** As in Reading. */
  readonly classFile?: (className: string) => string | null
  /** What a path is called in messages. Default: `executors[0].replicas`. */
  readonly textOf?: Given['source']['textOf']
  /** Told of what is accepted and does nothing. Default: nobody. */
  readonly warn?: (warning: Problem) => void
}

/** Rejects with XserveError BAD_ARGUMENT, which has all the problems. */
export async function planFlow(
  flow: FlowSpec,
  executors: readonly NodeSpec[],
  options: PlanOptions,
): Promise<FlowPlan> {
  return (await assembleFlow(flow, executors, options)).plan
}

/** The same with what it was made of. */
export async function assembleFlow(
  flow: FlowSpec,
  executors: readonly NodeSpec[],
  options: PlanOptions,
): Promise<Assembled> {
  const { folder, env = process.env, context = {}, gateway = null } = options
  const problems = createProblems()
  const reading: Reading = {
    problems,
    variables: { env, context },
    folder,
    files: new Set(),
    checksClasses: true,
    classFile: options.classFile,
  }
  const whole = fromProgram({ ...flow, executors, ...(gateway ? { gateway } : {}) })
  const { textOf = whole.source.textOf } = options
  const root = { ...whole, source: { ...whole.source, textOf } }
  const list = memberOf(root, 'executors')
  const assembled = assemble(
    {
      flow: { ...root, value: flow },
      gateways: gateway ? [memberOf(root, 'gateway')] : [],
      executors: executors.map((_, i) => memberOf(list, i)),
      list,
    },
    reading,
  )
  problems.settle('BAD_ARGUMENT')
  for (const warning of problems.warnings) options.warn?.(warning)
  return assembled
}
