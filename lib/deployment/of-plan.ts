/** From what a Flow says of an executor to its worker processes: shards, replicas, and the executors around them. */
import { XserveError } from '../errors.ts'
import type { AroundPlan, DeploymentPlan, UsesPlan } from '../plan/plan.ts'
import { takesTurns } from '../plan/process-options.ts'
import { around } from './around.ts'
import { createDeployment, type Deployment, type DeploymentSpec } from './deployment.ts'
import type { Merging, Together } from './poll-all.ts'
import { pollingTable } from './polling.ts'
import type { WorkerProcessOptions, WorkerSpec } from './worker-process.ts'

/**
 * `merging`: what becomes of the documents of several shards. Nothing runs before `start()`.
 * Throws XserveError INTERNAL for an executor that does not run in worker processes of ours.
 */
export function deploymentOf(
  plan: DeploymentPlan,
  options: WorkerProcessOptions,
  merging: Together = 'join',
): Deployment {
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

function specOf(plan: DeploymentPlan, merging: Merging): DeploymentSpec {
  return {
    worker: workerOf(plan),
    shardId: plan.shardId,
    polling: pollingTable(plan.polling),
    merging,
    timeoutSendMs: plan.timeoutSendMs,
    retries: plan.retries ?? -1,
  }
}

/** What the workers of a deployment are started from, and those of a running one exchanged for (`Deployment.replace`). */
export function workerOf(plan: DeploymentPlan): WorkerSpec {
  const { name, shards, replicas } = plan
  return {
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
  }
}

/** One process; the arguments of the deployment are for its shards, its name (of specific parameters) is for all. */
function singleOf(plan: DeploymentPlan, uses: AroundPlan, pod: string): DeploymentSpec {
  const { usesWith = {}, usesMetas = {}, usesRequests = {}, dynamicBatching = {} } = uses
  const own = { uses, usesWith, usesMetas, usesRequests, dynamicBatching }
  const spec = specOf({ ...plan, ...own, shards: 1, shardId: null, replicas: 1 }, 'join')
  return { ...spec, worker: { ...spec.worker, start: { ...spec.worker.start, pod } } }
}

function moduleOf(uses: UsesPlan, name: string) {
  const [file, ...otherFiles] = uses.kind === 'module' ? uses.modules : []
  if (uses.kind !== 'module' || file === undefined) {
    throw new XserveError('INTERNAL', `${name} has no module to run in a worker (${uses.kind})`, { where: name })
  }
  return { file, otherFiles, className: uses.className }
}
