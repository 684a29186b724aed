/** What `_status` tells: versions in Jina's words, and the environment variables that Jina knows (Jina facts §2.1, §10.4). */
import os from 'node:os'

/** What we are compatible with: peers read these two to choose how they speak. */
const JINA_VERSION = '3.14.1'
const DOCARRAY_VERSION = '0.21.0'
/** From 0.30 on, clients and gateways speak docarray v2 and know streams. */
const DOCARRAY_V2_VERSION = '0.40.0'

const ENVIRONMENT = [
  'JINA_DEFAULT_HOST',
  'JINA_DEFAULT_TIMEOUT_CTRL',
  'JINA_DEFAULT_WORKSPACE_BASE',
  'JINA_DEPLOYMENT_NAME',
  'JINA_DISABLE_HEALTHCHECK_LOGS',
  'JINA_DISABLE_UVLOOP',
  'JINA_EARLY_STOP',
  'JINA_FULL_CLI',
  'JINA_GATEWAY_IMAGE',
  'JINA_GRPC_RECV_BYTES',
  'JINA_GRPC_SEND_BYTES',
  'JINA_HUB_NO_IMAGE_REBUILD',
  'JINA_K8S_ACCESS_MODES',
  'JINA_K8S_STORAGE_CAPACITY',
  'JINA_K8S_STORAGE_CLASS_NAME',
  'JINA_LOCKS_ROOT',
  'JINA_LOG_CONFIG',
  'JINA_LOG_LEVEL',
  'JINA_LOG_NO_COLOR',
  'JINA_MP_START_METHOD',
  'JINA_OPTOUT_TELEMETRY',
  'JINA_RANDOM_PORT_MAX',
  'JINA_RANDOM_PORT_MIN',
]

export interface Info {
  readonly jina: Readonly<Record<string, string>>
  readonly envs: Readonly<Record<string, string>>
}

/**
 * `version` is the product's own; it stands under the key `xserve`, by which our client and gateway know each other.
 * `modern`: whether something is served that only callers of docarray v2 know. `notes`: what else there is to say now.
 */
export function createInfo(
  version: string,
  modern: () => boolean = () => false,
  notes: () => Readonly<Record<string, string>> = () => ({}),
): () => Info {
  const started = performance.now()
  return () => ({
    jina: {
      xserve: version,
      jina: JINA_VERSION,
      docarray: modern() ? DOCARRAY_V2_VERSION : DOCARRAY_VERSION,
      'jina-proto': '0.1.13',
      platform: os.type(),
      'platform-release': os.release(),
      'platform-version': os.version(),
      architecture: os.arch(),
      processor: os.cpus()[0]?.model ?? '',
      uptime: new Date(Date.now() - (performance.now() - started)).toISOString(),
      bun: Bun.version,
      ...notes(),
    },
    envs: Object.fromEntries(ENVIRONMENT.map((name) => [name, process.env[name] ?? '(unset)'])),
  })
}
