/** The executors of a Flow by name: those in worker processes of ours, and those that run elsewhere. */
import type { Deployment } from '../deployment/deployment.ts'
import { deploymentOf } from '../deployment/of-plan.ts'
import type { WorkerProcessOptions } from '../deployment/worker-process.ts'
import { asXserveError, XserveError } from '../errors.ts'
import { quietened } from '../log.ts'
import type { DeploymentPlan, FlowPlan } from '../plan/plan.ts'
import { quietnessOf, saidShutdownMs } from '../plan/process-options.ts'

export interface Member {
  readonly plan: DeploymentPlan
  readonly deployment: Deployment
  /** It runs elsewhere: it is waited for, and its coming and going ends nothing. */
  readonly isRemote: boolean
}

/** How the start of an executor goes. */
export type Progress = (name: string, state: 'starting' | 'ready' | 'failed') => void

/** Nodes that pass everything on are none. Throws XserveError BAD_ARGUMENT for what cannot be run here. */
export async function createMembers(
  plan: FlowPlan,
  options: WorkerProcessOptions,
): Promise<ReadonlyMap<string, Member>> {
  const members = new Map<string, Member>()
  try {
    for (const one of plan.deployments) {
      const member = await createMember(one, plan, options)
      if (member) members.set(one.name, member)
    }
  } catch (error) {
    await stopMembers(members, 0)
    throw error
  }
  return members
}

/** What an executor has from the Flow that it stands in: where it says nothing itself, the gateway's word counts. */
export function heldBy({ gateway, graph }: FlowPlan, { name, shards, timeoutSendMs, retries }: DeploymentPlan) {
  const isApart = graph.nodes.some((node) => node.name === name && node.noReduce)
  return {
    timeoutSendMs: timeoutSendMs ?? gateway.timeoutSendMs,
    retries: retries ?? gateway.retries,
    merging: shards > 1 && isApart ? 'append' : 'join',
  } as const
}

async function createMember(given: DeploymentPlan, flow: FlowPlan, all: WorkerProcessOptions): Promise<Member | null> {
  const { merging, ...calls } = heldBy(flow, given)
  const plan = { ...given, ...calls }
  const { uses } = plan
  const options = { ...all, log: quietened(all.log, quietnessOf(plan.options)) }
  switch (uses.kind) {
    case 'pass':
      return null
    case 'external': {
      // The client side of gRPC is loaded only where somebody is called: a start takes few milliseconds.
      const { remoteDeploymentOf } = await import('../deployment/remote-of-plan.ts')
      return { plan, isRemote: true, deployment: remoteDeploymentOf(plan, options, merging) }
    }
    case 'module':
      refuseAround(plan)
      return { plan, isRemote: false, deployment: deploymentOf(plan, options, merging) }
    case 'image': {
      refuseAround(plan)
      const { containerDeployment } = await import('./containers/deployment.ts')
      return { plan, isRemote: false, deployment: containerDeployment({ ...plan, uses }, options, merging) }
    }
  }
}

/** Around shards stand processes of ours, beside processes of ours: containers find each other where they are deployed. */
function refuseAround({ name, uses, shards, usesBefore, usesAfter }: DeploymentPlan): void {
  if (shards === 1) return
  for (const [place, one] of Object.entries({ uses_before: usesBefore, uses_after: usesAfter })) {
    if (one === null || (one.kind !== 'image' && uses.kind !== 'image')) continue
    const what =
      one.kind === 'image' ? `${place} is the image ${one.image}` : `${place} stands around shards of an image`
    throw new XserveError('BAD_CONFIG', `${name}: ${what}, which this machine does not run side by side`, {
      where: name,
      hint: 'xserve export writes what deploys them; here, uses and what stands around it are modules',
    })
  }
}

/** Starts all at once. Rejects with the first failure, named where there are several. */
export async function startMembers(members: ReadonlyMap<string, Member>, told?: Progress): Promise<void> {
  const own = [...members.values()].filter(({ isRemote }) => !isRemote)
  await Promise.all(
    own.map(async ({ plan, deployment }) => {
      try {
        await startOne(plan.name, deployment, told)
      } catch (error) {
        if (members.size === 1) throw error
        const { code, message, details } = asXserveError(error)
        throw new XserveError(code, message.startsWith(plan.name) ? message : `${plan.name}: ${message}`, details)
      }
    }),
  )
}

async function startOne(name: string, deployment: Deployment, told?: Progress): Promise<void> {
  told?.(name, 'starting')
  try {
    await deployment.start()
  } catch (error) {
    told?.(name, 'failed')
    throw error
  }
  told?.(name, 'ready')
}

/** Resolves when every executor elsewhere has been there. */
export async function awaitRemotes(members: ReadonlyMap<string, Member>, told?: Progress): Promise<void> {
  const remotes = [...members.values()].filter(({ isRemote }) => isRemote)
  await Promise.all(remotes.map(({ plan, deployment }) => startOne(plan.name, deployment, told)))
}

/** Names of what `of` gives, each once. */
export function allOf(
  members: ReadonlyMap<string, Member>,
  of: (deployment: Deployment) => readonly string[],
): readonly string[] {
  return [...new Set([...members.values()].flatMap(({ deployment }) => of(deployment)))]
}

/** Stops all at once; rejects with the first failure when all are over. */
export async function stopMembers(members: ReadonlyMap<string, Member>, graceMs: number): Promise<void> {
  const stopped = await Promise.allSettled(
    [...members.values()].map(({ plan, deployment }) =>
      deployment.stop(Math.min(graceMs, saidShutdownMs(plan.options) ?? graceMs)),
    ),
  )
  for (const one of stopped) if (one.status === 'rejected') throw asXserveError(one.reason)
}
