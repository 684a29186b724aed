/** What holds where nothing is said, in one place for every way to write a Flow. */
import { PREFETCH, TIMEOUT_READY_MS } from '../wire/defaults.ts'
import type { DeploymentPlan, GatewayPlan } from './plan.ts'

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
