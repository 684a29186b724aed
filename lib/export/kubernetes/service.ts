/** Names under which pods are reached. */
import type { Protocol } from '../../wire/call.ts'
import type { Workload } from '../workload.ts'
import { type Context, metadataOf, selectorOf } from './context.ts'

const APP_PROTOCOL: Readonly<Record<Protocol, string>> = { grpc: 'grpc', http: 'http', websocket: 'http' }

/**
 * One for each port, named as Jina names them. Those of executors have no address of their own: the name stands for all ready
 * pods, over which the gateway balances each call; behind one address a long connection would stay with one pod.
 */
export function servicesOf(workload: Workload, context: Context): object[] {
  const isHeadless = workload.role === 'executor' && context.options.mesh === 'none'
  return workload.ports.map(({ protocol, port }, index) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(index === 0 ? workload.name : `${workload.name}-${index}-${protocol}`, workload, context),
    spec: {
      ...(isHeadless ? { clusterIP: 'None' } : {}),
      type: 'ClusterIP',
      ports: [
        { name: 'port', port, targetPort: port, protocol: 'TCP', appProtocol: APP_PROTOCOL[protocol] },
        ...(index === 0 ? monitoring(workload) : []),
      ],
      selector: selectorOf(workload),
    },
  }))
}

function monitoring({ monitoringPort }: Workload): object[] {
  if (monitoringPort === null) return []
  return [{ name: 'monitoring', port: monitoringPort, targetPort: monitoringPort, protocol: 'TCP' }]
}

export function serviceMonitorOf(workload: Workload, context: Context): object[] {
  if (!context.options.serviceMonitor || workload.monitoringPort === null) return []
  return [
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: metadataOf(workload.name, workload, context),
      spec: {
        selector: { matchLabels: selectorOf(workload) },
        namespaceSelector: { matchNames: [context.namespace] },
        endpoints: [{ port: 'monitoring' }],
      },
    },
  ]
}
