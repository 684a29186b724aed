/** From the arguments of a command that serves one executor to its plan. */
import { sentence } from '../config/problems.ts'
import { findOption, isOfFront, optionsOf } from '../config/table/options.ts'
import { XserveError } from '../errors.ts'
import type { DeploymentPlan, FlowPlan, GatewayPlan } from '../plan/plan.ts'
import { planExecutor } from '../plan/plan-executor.ts'
import type { Args } from './arguments.ts'
import { givenOf, NOT_ALONE, OF_FLOW, readGiven } from './table-options.ts'

/**
 * Jina tells a container how many it is of, and says with `--native` that it is one of them; the first shard is not named, and
 * one that stands around shards is called after them: `index/uses-before`.
 */
function inContainer({ shards, shardId }: DeploymentPlan, args: Args): Partial<DeploymentPlan> {
  if (args.flag('native') !== true) return {}
  if (/\/uses-(?:before|after)$/.test(args.text('name') ?? '')) return { replicas: 1, shards: 1, shardId: null }
  return { replicas: 1, ...(shards > 1 && shardId === null ? { shardId: 0 } : {}) }
}

/** Options that do nothing for an executor are those of the gateway here, which reads them itself. */
const OF_GATEWAY: readonly string[] = optionsOf('executor')
  .filter(({ name, kind }) => kind === 'none' && isOfFront(name) && findOption('gateway', name)?.kind !== 'none')
  .map(({ name }) => name)

/** Jina's containers have their place behind the name: `encoder/rep-0`. */
function specOf(args: Args): Record<string, unknown> {
  const spec = readGiven(args, 'executor', new Set([...NOT_ALONE, ...OF_GATEWAY]))
  return typeof spec.name === 'string' ? { ...spec, name: spec.name.split('/')[0] } : spec
}

const ofServer = (options: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(options).filter(([name]) => isOfFront(name)))

/** Told of each thing that is accepted and does nothing. Rejects with XserveError. */
export async function readExecutorPlan(
  args: Args,
  gateway: Partial<GatewayPlan>,
  warn: (warning: string) => void,
): Promise<FlowPlan> {
  const given = args.positional(0) ?? args.text('uses')
  if (given === undefined) {
    throw new XserveError('BAD_ARGUMENT', 'which executor? The file is missing', {
      hint: 'for example: xserve run my_executor.ts',
    })
  }
  const className = args.text('executor')
  const plan = await planExecutor(given, {
    folder: process.cwd(),
    spec: specOf(args),
    gateway,
    context: args.object('context'),
    warn: (warning) => warn(sentence(warning)),
    ...(className === undefined ? {} : { className }),
  })
  for (const name of givenOf(args, 'executor', OF_FLOW))
    warn(`--${name} has no effect: it is about an executor among others, and this one is served alone`)
  // What is watched of the code is watched of its YAML, too.
  const deployments = plan.deployments.map((one) => ({
    ...one,
    restart: one.restart || one.reload,
    ...inContainer(one, args),
  }))
  // One executor is all that the server has: what is said of the server is said of it.
  const options = { ...ofServer(deployments[0]?.options ?? {}), ...plan.gateway.options }
  return { ...plan, gateway: { ...plan.gateway, options }, deployments }
}
