/** Objects that are written only when asked for: scaling, disruption, network, the way in. */
import { XserveError } from '../../errors.ts'
import type { Workload } from '../workload.ts'
import { type Context, metadataOf, selectorOf } from './context.ts'
import { kindOf } from './workload-object.ts'

/** More pods above this part of the CPU that they ask for. */
const BUSY_PERCENT = 70

export function autoscalerOf(workload: Workload, context: Context): object[] {
  const { autoscale } = context.options
  if (autoscale === null) return []
  return [
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: metadataOf(workload.name, workload, context),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: kindOf(workload, context), name: workload.name },
        minReplicas: autoscale.least,
        maxReplicas: autoscale.most,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: BUSY_PERCENT } },
          },
        ],
      },
    },
  ]
}

/** One at a time may leave when a node is emptied. */
export function disruptionBudgetOf(workload: Workload, context: Context): object[] {
  if (!context.options.disruptionBudget) return []
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadataOf(workload.name, workload, context),
      spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(workload) } },
    },
  ]
}

/** Executors are called by the gateway alone, the gateway and metrics by everybody. */
export function networkPolicyOf(workload: Workload, gateway: Workload | null, context: Context): object[] {
  if (!context.options.networkPolicy) return []
  const { ports, monitoringPort, role } = workload
  const tcp = (port: number) => ({ protocol: 'TCP', port })
  const isOpen = role === 'gateway' || gateway === null
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadataOf(workload.name, workload, context),
      spec: {
        podSelector: { matchLabels: selectorOf(workload) },
        policyTypes: ['Ingress'],
        ingress: [
          {
            ...(isOpen ? {} : { from: [{ podSelector: { matchLabels: selectorOf(gateway) } }] }),
            ports: [...new Set(ports.map(({ port }) => port))].map(tcp),
          },
          ...(monitoringPort === null ? [] : [{ ports: [tcp(monitoringPort)] }]),
        ],
      },
    },
  ]
}

/** Throws XserveError BAD_ARGUMENT when there is no gateway to lead to. */
export function ingressOf(gateway: Workload | null, context: Context): object[] {
  const { ingress } = context.options
  if (ingress === null) return []
  if (gateway === null) {
    throw new XserveError('BAD_ARGUMENT', 'an Ingress leads to a gateway, and there is none in this export', {
      hint: 'leave out --no-include-gateway, or --ingress',
    })
  }
  const [first] = gateway.ports
  const { protocol, port } = first!
  const isGrpc = protocol === 'grpc'
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: {
        ...metadataOf(gateway.name, gateway, context),
        ...(isGrpc ? { annotations: { 'nginx.ingress.kubernetes.io/backend-protocol': 'GRPC' } } : {}),
      },
      spec: {
        ...(ingress.className === null ? {} : { ingressClassName: ingress.className }),
        rules: [
          {
            host: ingress.host,
            http: {
              paths: [
                { path: '/', pathType: 'Prefix', backend: { service: { name: gateway.name, port: { number: port } } } },
              ],
            },
          },
        ],
      },
    },
  ]
}
