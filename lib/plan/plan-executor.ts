/** What `run` and `executor` serve: one executor, named by its file, as a plan. */
import { COMMAND_LINE, type Path } from '../config/given.ts'
import type { Problem } from '../errors.ts'
import { resolveExecutorSource } from './executor-source.ts'
import type { ExecutorSpec } from './flow-spec.ts'
import type { FlowPlan, GatewayPlan } from './plan.ts'
import { planFlow } from './plan-flow.ts'
import { isYaml, PASSES_ON } from './uses.ts'

export interface ExecutorPlanOptions {
  /** Where relative paths begin. */
  readonly folder: string
  /** Class to serve when the module has several. */
  readonly className?: string
  /** What the executor is told. */
  readonly spec: ExecutorSpec
  readonly gateway: Partial<GatewayPlan>
  readonly context?: Readonly<Record<string, unknown>>
  readonly warn?: (warning: Problem) => void
}

/**
 * `given`: `file.ts`, `file.ts#Class`, `exec.yml`, a folder with a config.yml, `docker://image`. Rejects with XserveError
 * BAD_ARGUMENT, BAD_CONFIG, FILE_NOT_FOUND.
 */
export async function planExecutor(given: string, options: ExecutorPlanOptions): Promise<FlowPlan> {
  const { folder, className, spec, context, warn } = options
  const isModule = given !== PASSES_ON && !isYaml(given, folder) && !given.includes('://')
  const source = isModule ? resolveExecutorSource(given, className, folder) : null
  const uses =
    source === null
      ? given
      : ({ kind: 'module', modules: [source.file], className: source.className, config: null } as const)
  const plan = await planFlow({}, [{ ...spec, uses }], {
    folder,
    textOf: (at) => textOf(at.slice(2)),
    ...(context ? { context } : {}),
    ...(warn ? { warn } : {}),
  })
  return { ...plan, gateway: { ...plan.gateway, ...options.gateway } }
}

/** The executor itself is told without the name of an option: as a rule it was given without. */
function textOf(path: Path): string {
  return path[0] === 'uses' ? '' : COMMAND_LINE.textOf(path)
}
