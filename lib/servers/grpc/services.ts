/** Which services a role has: what reflection lists, what health knows. */
import type { ServedRuntime } from '../../wire/call.ts'

export const REFLECTION_V1ALPHA = 'grpc.reflection.v1alpha.ServerReflection'
export const REFLECTION_V1 = 'grpc.reflection.v1.ServerReflection'
export const STREAMS = 'jina.JinaSingleDocumentRequestRPC'
export const HEALTH = 'grpc.health.v1.Health'

const SHARED = ['jina.JinaDiscoverEndpointsRPC', 'jina.JinaInfoRPC', 'jina.JinaRPC', 'jina.JinaSingleDataRequestRPC']

/**
 * Names that reflection lists, sorted. A gateway of Jina 3.14 breaks the connection over any name that it does not know
 * (Jina facts §1.3): so health and reflection v1 are served but never listed, and streams only where an endpoint streams.
 */
export function listedServices(role: ServedRuntime['role'], streams = false): readonly string[] {
  const own = role === 'executor' ? 'jina.JinaDataRequestRPC' : 'jina.JinaGatewayDryRunRPC'
  return [REFLECTION_V1ALPHA, own, ...SHARED, ...(streams ? [STREAMS] : [])].sort()
}

/** Names that a health check may ask for, besides '' for the server as a whole. */
export function servedServices(role: ServedRuntime['role']): readonly string[] {
  return [...listedServices(role, true), REFLECTION_V1, HEALTH]
}
