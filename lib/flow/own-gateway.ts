/**
 * The user's own gateway: a worker that answers the HTTP paths which the Flow does not have, and calls into the Flow over its
 * link (design §2). To the supervisor it is one more executor, which no graph names.
 */
import type { Deployment } from '../deployment/deployment.ts'
import { deploymentOf, workerOf } from '../deployment/of-plan.ts'
import type { WorkerProcessOptions } from '../deployment/worker-process.ts'
import { XserveError } from '../errors.ts'
import { DEFAULT_DEPLOYMENT } from '../plan/defaults.ts'
import { type DeploymentPlan, GATEWAY, type GatewayPlan } from '../plan/plan.ts'
import type { ServedRuntime } from '../wire/call.ts'
import { FETCH_ENDPOINT } from '../wire/fetch-message.ts'
import { answerFlowCall } from './answer-flow-call.ts'
import { createFetchHandler } from './fetch-handler.ts'
import type { Member } from './members.ts'

export interface OwnGateway {
  /** As the watchers of code know executors. */
  readonly member: Member
  readonly http: ReturnType<typeof createFetchHandler>
  /** Exchanges its workers for those of another plan; a plan without a gateway of its own changes nothing. */
  change(next: GatewayPlan, drainMs: number): Promise<void>
}

/** null: the plan has none. `runtime` is asked once calls come. Throws XserveError BAD_CONFIG for one that cannot be served here. */
export function createOwnGateway(
  plan: GatewayPlan,
  runtime: () => ServedRuntime,
  options: WorkerProcessOptions,
): OwnGateway | null {
  const own = deploymentPlanOf(plan)
  if (own === null) return null
  if (!plan.listeners.some(({ protocol }) => protocol === 'http')) {
    throw new XserveError('BAD_CONFIG', 'gateway.uses answers HTTP, and the gateway does not listen for it', {
      where: GATEWAY,
      hint: 'say protocol: http, or protocol: [grpc, http] with two ports',
    })
  }
  const answer: WorkerProcessOptions['answer'] = (payload, call) => void answerFlowCall(runtime(), payload, call)
  const deployment = deploymentOf(own, { ...options, answer })
  let current = own
  return {
    member: { plan: own, deployment: startingOnlyGateways(deployment), isRemote: false },
    http: createFetchHandler(deployment, plan.tls === null ? 'http' : 'https'),
    async change(next, drainMs) {
      const after = deploymentPlanOf(next)
      if (after === null || Bun.deepEquals(after, current)) return
      await deployment.replace(workerOf(after), drainMs)
      current = after
    },
  }
}

/** Any executor could be started in its place; none of them would answer. */
function startingOnlyGateways(deployment: Deployment): Deployment {
  const start = async (): Promise<void> => {
    await deployment.start()
    if (deployment.endpoints.includes(FETCH_ENDPOINT)) return
    await deployment.stop(0)
    throw new XserveError('BAD_CONFIG', `${deployment.className} is no gateway: it does not extend Gateway`, {
      where: GATEWAY,
      hint: 'class MyGateway extends Gateway { fetch(request, { flow }) { … } }',
    })
  }
  // Its getters tell what is there now.
  return Object.defineProperty(Object.create(deployment) as Deployment, 'start', { value: start })
}

function deploymentPlanOf({ uses, usesWith, workspace, env, reload, restart }: GatewayPlan): DeploymentPlan | null {
  if (uses === null) return null
  if (uses.kind === 'module')
    return { ...DEFAULT_DEPLOYMENT, name: GATEWAY, uses, usesWith, workspace, env, reload, restart }
  throw new XserveError('BAD_CONFIG', `gateway.uses: a gateway of the kind "${uses.kind}" is not run here`, {
    where: GATEWAY,
    hint: 'name a TypeScript file; images of gateways are for exports',
  })
}
