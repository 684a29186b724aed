/** How Kubernetes finds out that a container is up, ready, alive: asked from outside, so that no program starts each time. */
import { PATIENCE_SECONDS } from '../container.ts'
import type { Workload } from '../workload.ts'

/** How often a start is looked at: a pod is ready that soon after its executor. */
const START_SECONDS = 1
/** Jina's: a start is given up after three of its rounds of 5 s at the earliest. */
const LEAST_START_SECONDS = 15
/** Largest number of Kubernetes: as good as for ever. */
const FOR_EVER = 2_147_483_647
const READY_SECONDS = 2
const ALIVE_SECONDS = 10
/** A minute without an answer. */
const DEAD_AFTER = 6

export function probesOf(workload: Workload): Record<string, object> {
  const check = checkOf(workload)
  const { timeoutReadyMs } = workload
  const seconds = timeoutReadyMs < 0 ? FOR_EVER : Math.max(Math.ceil(timeoutReadyMs / 1000), LEAST_START_SECONDS)
  return {
    startupProbe: {
      ...check,
      periodSeconds: START_SECONDS,
      timeoutSeconds: PATIENCE_SECONDS,
      failureThreshold: Math.ceil(seconds / START_SECONDS),
    },
    readinessProbe: {
      ...check,
      periodSeconds: READY_SECONDS,
      timeoutSeconds: PATIENCE_SECONDS,
      failureThreshold: 2,
    },
    livenessProbe: {
      ...check,
      periodSeconds: ALIVE_SECONDS,
      timeoutSeconds: PATIENCE_SECONDS,
      failureThreshold: DEAD_AFTER,
    },
  }
}

/**
 * gRPC's own health service, or the page that says OK; with TLS on gRPC, which is not asked for, and where callers need a
 * certificate, that it listens.
 */
function checkOf({ ports, tls }: Workload): object {
  const [first] = ports
  const { protocol, port } = first!
  if (tls?.callersFile !== undefined) return { tcpSocket: { port } }
  if (protocol !== 'grpc') return { httpGet: { path: '/', port, ...(tls === null ? {} : { scheme: 'HTTPS' }) } }
  return tls === null ? { grpc: { port } } : { tcpSocket: { port } }
}
