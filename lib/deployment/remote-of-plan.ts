/** From what a Flow says of an executor elsewhere to its deployment: the executors around its shards run elsewhere, too. */
import { XserveError } from '../errors.ts'
import type { DeploymentPlan, UsesPlan } from '../plan/plan.ts'
import { around } from './around.ts'
import type { Deployment } from './deployment.ts'
import type { Merging, Together } from './poll-all.ts'
import { type RemoteOptions, remoteDeployment } from './remote.ts'

/** Connects at once; `merging` is what becomes of the documents of several shards. Throws XserveError INTERNAL for an executor that does not run elsewhere, BAD_ARGUMENT for metadata. */
export function remoteDeploymentOf(plan: DeploymentPlan, options: RemoteOptions, merging: Together): Deployment {
  // As in Jina: with one shard there is nothing to stand around.
  const before = plan.shards > 1 ? plan.usesBefore : null
  const after = plan.shards > 1 ? plan.usesAfter : null
  const part = (uses: UsesPlan, of: Merging): Deployment => {
    if (uses.kind !== 'external') {
      throw new XserveError('INTERNAL', `${plan.name} runs elsewhere, and so must what stands around it`, {
        where: plan.name,
      })
    }
    return remoteDeployment({ ...plan, addresses: uses.addresses }, options, of)
  }
  const shards = part(plan.uses, after === null ? merging : 'apart')
  if (before === null && after === null) return shards
  return around(shards, {
    before: before === null ? null : part(before, 'join'),
    after: after === null ? null : part(after, 'join'),
    merging,
  })
}
