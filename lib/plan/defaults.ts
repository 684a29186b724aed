/** What holds where nothing is said, in one place for every way to write a Flow. */
import type { DeploymentPlan, FlowPlan, GatewayPlan } from './plan.ts'

/** Jina's: models may take long to load, and a start that never ends is told of at last. */
const TIMEOUT_READY_MS = 600_000
/** Jina's: so many requests of one stream are under way at a time. */
const PREFETCH = 1000

export const DEFAULT_DEPLOYMENT: Omit<DeploymentPlan, 'name' | 'uses'> = {
  usesWith: {},
  usesMetas: {},
  usesRequests: {},
  dynamicBatching: {},
  usesBefore: null,
  usesAfter: null,
  shards: 1,
  shardId: null,
  replicas: 1,
  polling: 'any',
  timeoutSendMs: null,
  retries: null,
  grpcMetadata: {},
  timeoutReadyMs: TIMEOUT_READY_MS,
  workspace: null,
  env: {},
  exitOnExceptions: [],
  reload: false,
  restart: false,
  port: null,
  options: {},
}

export const DEFAULT_GATEWAY: GatewayPlan = {
  listeners: [{ protocol: 'grpc', port: 0 }],
  host: '0.0.0.0',
  uses: null,
  usesWith: {},
  workspace: null,
  timeoutSendMs: null,
  retries: -1,
  prefetch: PREFETCH,
  tls: null,
  http: {
    title: null,
    description: null,
    cors: false,
    debugEndpoints: true,
    crudEndpoints: true,
    exposeEndpoints: {},
  },
  env: {},
  reload: false,
  restart: false,
  options: {},
}

/** The Flow of one executor: what `run` and `executor` serve. */
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
