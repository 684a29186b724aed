import { DEFAULT_DEPLOYMENT, DEFAULT_GATEWAY } from '../../lib/plan/defaults.ts'
import type { DeploymentPlan, FlowPlan, GatewayPlan } from '../../lib/plan/plan.ts'

/** The Flow of one executor, for tests that need a plan and no files. */
export function planOne(
  deployment: Partial<DeploymentPlan> & Pick<DeploymentPlan, 'name' | 'uses'>,
  gateway: Partial<GatewayPlan> = {},
): FlowPlan {
  const { name } = deployment
  return {
    name: null,
    gateway: { ...DEFAULT_GATEWAY, ...gateway },
    deployments: [{ ...DEFAULT_DEPLOYMENT, ...deployment }],
    graph: { nodes: [{ name, needs: ['gateway'], floating: false, when: null, noReduce: false }], ends: [name] },
    files: [],
  }
}
