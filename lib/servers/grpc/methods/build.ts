/** The table of methods of one server: the services of its role, health and reflection. */
import type { ServedRuntime } from '../../../wire/call.ts'
import { Envelope } from '../../../wire/envelope.ts'
import { loadSchema } from '../../../wire/schema.ts'
import { createSpokenByPeer } from '../../../wire/spoken.ts'
import type { Health } from '../health.ts'
import type { GrpcMethod, GrpcMethods } from '../method.ts'
import { HEALTH, listedServices, REFLECTION_V1, REFLECTION_V1ALPHA, STREAMS } from '../services.ts'
import { callMethod } from './call.ts'
import { checkMethod, watchMethod } from './health.ts'
import { discoveryMethod, dryRunMethod, infoMethod, requestMethod } from './jina.ts'
import { reflectionMethod } from './reflection.ts'
import { streamDocMethod } from './stream-doc.ts'

/** `prefetch`: requests of one stream under way when its caller names no number; 0 = no limit. Default: 1000, as in Jina. */
export function buildMethods(runtime: ServedRuntime, health: Health, prefetch?: number): GrpcMethods {
  const reflection = reflectionMethod(async () => {
    const streams = (await runtime.streams()).length > 0
    return { services: listedServices(runtime.role, streams), schema: await loadSchema(streams) }
  })
  const spokenOf = createSpokenByPeer()
  const methods = new Map<string, GrpcMethod>([
    ['/jina.JinaRPC/Call', callMethod(runtime.handler, spokenOf, prefetch)],
    [
      '/jina.JinaSingleDataRequestRPC/process_single_data',
      requestMethod(runtime, (bytes) => Envelope.parse(bytes), spokenOf),
    ],
    [`/${STREAMS}/stream_doc`, streamDocMethod(runtime)],
    ['/jina.JinaDiscoverEndpointsRPC/endpoint_discovery', discoveryMethod(runtime)],
    ['/jina.JinaInfoRPC/_status', infoMethod(runtime)],
    [`/${HEALTH}/Check`, checkMethod(health)],
    [`/${HEALTH}/Watch`, watchMethod(health)],
    [`/${REFLECTION_V1ALPHA}/ServerReflectionInfo`, reflection],
    [`/${REFLECTION_V1}/ServerReflectionInfo`, reflection],
  ])
  if (runtime.role === 'executor') {
    methods.set(
      '/jina.JinaDataRequestRPC/process_data',
      requestMethod(runtime, (bytes) => Envelope.parseList(bytes), spokenOf),
    )
  } else methods.set('/jina.JinaGatewayDryRunRPC/dry_run', dryRunMethod(runtime))
  return methods
}
