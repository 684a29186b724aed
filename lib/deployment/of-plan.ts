/** From what a Flow says of an executor to its worker processes: shards, replicas, and the executors around them. */
import { XserveError } from '../errors.ts'
import type { AroundPlan, DeploymentPlan, NodePlan, UsesPlan } from '../plan/plan.ts'
import { takesTurns } from '../plan/process-options.ts'
import { around } from './around.ts'
import { createDeployment, type Deployment, type DeploymentSpec } from './deployment.ts'
import type { Merging } from './poll-all.ts'
import { pollingTable } from './polling.ts'
import type { WorkerProcessOptions } from './worker-process.ts'

/** Whether an executor runs in worker processes of ours; images and executors elsewhere do not, pass-through needs none. */
export function hasWorkers(plan: DeploymentPlan): boolean {
  return plan.uses.kind === 'module'
}

/**
 * `node`: what the graph says of it; left out, the documents of several shards are joined. Nothing runs before `start()`.
 * Throws XserveError INTERNAL for an executor that does not run here (`hasWorkers`), BAD_ARGUMENT for unknown polling.
 */
export function deploymentOf(
  plan: DeploymentPlan,
  options: WorkerProcessOptions,
  node?: Pick<NodePlan, 'noReduce'>,
): Deployment {
  const merging = node?.noReduce ? 'append' : 'join'
  // As in Jina: with one shard there is nothing to stand around.
  const isWhole = plan.shards > 1 && plan.shardId === null
  const before = isWhole ? plan.usesBefore : null
  const after = isWhole ? plan.usesAfter : null
  const shards = createDeployment(specOf(plan, after === null ? merging : 'apart'), options)
  if (before === null && after === null) return shards
  const single = (uses: AroundPlan | null, place: string): Deployment | null =>
    uses === null ? null : createDeployment(singleOf(plan, uses, `${plan.name}/${place}-0`), options)
  return around(shards, { before: single(before, 'uses_before'), after: single(after, 'uses_after'), merging })
}

/** What the workers of a running deployment are exchanged for: `Deployment.replace`. */
export function replacementOf(plan: DeploymentPlan, node?: Pick<NodePlan, 'noReduce'>): DeploymentSpec {
  const merging = node?.noReduce ? 'append' : 'join'
  return specOf(plan, plan.shards > 1 && plan.usesAfter !== null ? 'apart' : merging)
}

function specOf(plan: DeploymentPlan, merging: Merging): DeploymentSpec {
  const { name, shards, replicas } = plan
  return {
    worker: {
      ...moduleOf(plan.uses, name),
      env: plan.env,
      timeoutReadyMs: plan.timeoutReadyMs,
      start: {
        name,
        pod: name,
        shardId: 0,
        shards,
        replicaId: 0,
        replicas,
        workspace: plan.workspace,
        usesWith: plan.usesWith,
        usesMetas: plan.usesMetas,
        usesRequests: plan.usesRequests,
        dynamicBatching: plan.dynamicBatching,
        exitOnExceptions: plan.exitOnExceptions,
        ...(takesTurns(plan.options) ? { oneAtATime: true } : {}),
      },
    },
    shardId: plan.shardId,
    polling: pollingTable(plan.polling),
    merging,
    timeoutSendMs: plan.timeoutSendMs,
    retries: plan.retries ?? -1,
  }
}

/** One process; the arguments of the deployment are for its shards, its name (of specific parameters) is for all. */
function singleOf(plan: DeploymentPlan, uses: AroundPlan, podName: string): DeploymentSpec {
  const { usesWith = {}, usesMetas = {}, usesRequests = {}, dynamicBatching = {} } = uses
  const own = { uses, usesWith, usesMetas, usesRequests, dynamicBatching }
  return { ...specOf({ ...plan, ...own, shards: 1, shardId: null, replicas: 1 }, 'join'), podName }
}

function moduleOf(uses: UsesPlan, name: string) {
  const [file, ...otherFiles] = uses.kind === 'module' ? uses.modules : []
  if (uses.kind !== 'module' || file === undefined) {
    throw new XserveError('INTERNAL', `${name} has no module to run in a worker (${uses.kind})`, { where: name })
  }
  return { file, otherFiles, className: uses.className }
}
