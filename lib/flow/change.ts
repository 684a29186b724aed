/**
 * From one plan to the next while requests go on: what is alike stays, what can be exchanged in its place is, the rest is
 * started beside it, and the graph changes over between two requests.
 */
import { workerOf } from '../deployment/of-plan.ts'
import type { WorkerProcessOptions } from '../deployment/worker-process.ts'
import type { DeploymentPlan, FlowPlan } from '../plan/plan.ts'
import { createMembers, heldBy, type Member, startMembers, stopMembers } from './members.ts'

export interface Difference {
  readonly started: readonly string[]
  readonly replaced: readonly string[]
  readonly stopped: readonly string[]
  /** Differs, and cannot while the ports stay open. */
  readonly fixed: readonly string[]
}

/** What new workers of the same number take over by themselves. */
const OF_WORKERS: ReadonlySet<keyof DeploymentPlan> = new Set([
  'uses',
  'usesWith',
  'usesMetas',
  'usesRequests',
  'dynamicBatching',
  'env',
  'workspace',
  'exitOnExceptions',
  'timeoutReadyMs',
  'port',
  'options',
])
/** What is no part of a running executor. */
const OF_THE_SUPERVISOR: ReadonlySet<keyof DeploymentPlan> = new Set(['reload', 'restart'])

/** How two plans of one executor differ. */
export function differenceOf(before: DeploymentPlan, after: DeploymentPlan): 'none' | 'workers' | 'all' {
  const keys = (Object.keys(after) as (keyof DeploymentPlan)[]).filter(
    (key) => !OF_THE_SUPERVISOR.has(key) && !Bun.deepEquals(before[key], after[key]),
  )
  if (keys.length === 0) return 'none'
  const inPlace = before.uses.kind === 'module' && after.uses.kind === 'module'
  return inPlace && keys.every((key) => OF_WORKERS.has(key)) ? 'workers' : 'all'
}

export interface Changed {
  readonly members: ReadonlyMap<string, Member>
  readonly difference: Difference
  /** To be called when no request needs them any more: ends the executors that have gone. */
  retire(graceMs: number): Promise<void>
}

/**
 * Resolves with the members of the next plan, all of them ready; those of the plan before still run, so that requests under
 * way find them. Rejects with the first failure, or DRAINING when `signal` gives it up, after what was started for it has
 * been stopped again and what was exchanged has been exchanged back.
 */
export async function changeMembers(
  before: { readonly plan: FlowPlan; readonly members: ReadonlyMap<string, Member> },
  next: FlowPlan,
  options: WorkerProcessOptions & { readonly drainMs: number; readonly signal?: AbortSignal },
): Promise<Changed> {
  const { drainMs, signal } = options
  const kinds = new Map(
    next.deployments.map((plan) => {
      const member = before.members.get(plan.name)
      const old = before.plan.deployments.find(({ name }) => name === plan.name)
      const passes = plan.uses.kind === 'pass' && old?.uses.kind === 'pass'
      if (passes) return [plan.name, 'none'] as const
      if (!member || !old || !Bun.deepEquals(heldBy(before.plan, old), heldBy(next, plan)))
        return [plan.name, 'all'] as const
      return [plan.name, differenceOf(old, plan)] as const
    }),
  )
  const isNew = (plan: DeploymentPlan): boolean => kinds.get(plan.name) === 'all'
  const starting = signal ? { ...options, startSignal: signal } : options
  const fresh = await createMembers({ ...next, deployments: next.deployments.filter(isNew) }, starting)
  const exchange = (plan: DeploymentPlan, given?: AbortSignal): Promise<void> =>
    before.members.get(plan.name)!.deployment.replace(workerOf(plan), drainMs, given)
  const begun: DeploymentPlan[] = []
  try {
    await startMembers(fresh)
    for (const plan of next.deployments) {
      if (kinds.get(plan.name) !== 'workers') continue
      begun.unshift(plan)
      await exchange(plan, signal)
    }
  } catch (error) {
    await stopMembers(fresh, 0)
    for (const [index, { name, replicas, shards }] of begun.entries()) {
      // The one that has failed, the first here, is as it was, unless some of its workers had been exchanged.
      if (index === 0 && replicas * shards === 1) continue
      const former = before.plan.deployments.find((plan) => plan.name === name)!
      await exchange(former).catch((again) => options.log.named(name).warn(`not as before: ${again.message}`))
    }
    throw error
  }
  const members = new Map<string, Member>()
  for (const plan of next.deployments) {
    const kept = before.members.get(plan.name)
    const member = fresh.get(plan.name) ?? (kept && !isNew(plan) ? { ...kept, plan } : undefined)
    if (member) members.set(plan.name, member)
  }
  const gone = new Map(
    [...before.members].filter(([name, { deployment }]) => members.get(name)?.deployment !== deployment),
  )
  const named = (kind: string): string[] => [...kinds].filter(([, one]) => one === kind).map(([name]) => name)
  return {
    members,
    difference: {
      started: named('all').filter((name) => fresh.has(name)),
      replaced: named('workers'),
      stopped: [...gone.keys()].filter((name) => !members.has(name)),
      fixed: fixedOf(before.plan, next),
    },
    retire: (graceMs) => stopMembers(gone, graceMs),
  }
}

function fixedOf({ gateway: before }: FlowPlan, { gateway: after }: FlowPlan): string[] {
  const keys = ['listeners', 'host', 'tls', 'http', 'prefetch'] as const
  const fixed: string[] = keys.filter((key) => !Bun.deepEquals(before[key], after[key]))
  // One gateway of the user's is exchanged for another; there is none to begin with, or none to end with, while ports are open.
  return (before.uses === null) === (after.uses === null) ? fixed : [...fixed, 'uses']
}
