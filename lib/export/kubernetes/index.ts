/** A plan as Kubernetes manifests: a folder for each executor and for the gateway, as Jina lays them out. */

import type { FlowPlan } from '../../plan/plan.ts'
import { TLS_INSIDE } from '../container.ts'
import { type ImageOptions, resolveImages } from '../images.ts'
import { checkNamespace, dnsName } from '../names.ts'
import type { OutputFile } from '../output.ts'
import type { Workload } from '../workload.ts'
import { MONITORING_PORT, type Target, workloadsOf } from '../workloads.ts'
import { toYaml } from '../yaml.ts'
import type { Context } from './context.ts'
import { autoscalerOf, disruptionBudgetOf, ingressOf, networkPolicyOf } from './extras.ts'
import { HELM_NAMESPACE, inFormat, type Manifest } from './format.ts'
import type { KubernetesOptions } from './options.ts'
import { serviceMonitorOf, servicesOf } from './service.ts'
import { TLS_SECRET } from './volumes.ts'
import { configMapOf, workloadObject } from './workload-object.ts'

export interface ExportOptions extends Omit<ImageOptions, 'target'> {
  readonly includeGateway: boolean
  /** Of this program. */
  readonly version: string
}

const EXECUTOR_PORT = 8080

/** Throws XserveError NOT_CONTAINERIZED, BAD_CONFIG, BAD_ARGUMENT; then there is nothing to write. */
export function exportKubernetes(
  plan: FlowPlan,
  options: ExportOptions,
  kubernetes: KubernetesOptions,
): readonly OutputFile[] {
  const { warn } = options
  const namespace = namespaceOf(plan, kubernetes)
  const images = resolveImages(plan, { ...options, target: 'kubernetes' })
  const target: Target = {
    executorPort: EXECUTOR_PORT,
    monitoringPort: ({ monitoring }) => (monitoring === true ? MONITORING_PORT : null),
    addresses: (name) => [`grpc://${name}.${namespace}.svc:${EXECUTOR_PORT}`],
    tls: TLS_INSIDE,
  }
  const { gateway, executors } = workloadsOf(plan, images, target, options)
  const context: Context = {
    namespace,
    flow: plan.name === null ? 'flow' : dnsName(plan.name),
    options: kubernetes,
    warn,
  }
  if (gateway !== null && gateway.tls !== null) {
    const secret =
      gateway.tls.callersFile === undefined
        ? `tls ${TLS_SECRET} --cert=FILE --key=FILE`
        : `generic ${TLS_SECRET} --from-file=tls.crt=FILE --from-file=tls.key=FILE --from-file=ca.crt=FILE`
    warn(`the certificate comes from a secret: kubectl create secret ${secret}, in the namespace`)
  }
  const objectsOf = (workload: Workload): object[] => [
    configMapOf(workload, context),
    ...servicesOf(workload, context),
    workloadObject(workload, context),
    ...serviceMonitorOf(workload, context),
    ...autoscalerOf(workload, context),
    ...disruptionBudgetOf(workload, context),
    ...networkPolicyOf(workload, gateway, context),
    ...(workload.role === 'gateway' ? ingressOf(workload, context) : []),
  ]
  if (gateway === null) ingressOf(null, context)
  const manifests: Manifest[] = [...executors, ...(gateway ? [gateway] : [])].map((workload) => ({
    path: `${dnsName(workload.deployment)}/${workload.name}.yml`,
    text: toYaml(objectsOf(workload)),
    workload,
  }))
  // Helm has an option of its own for it.
  const hasNamespace = kubernetes.createNamespace && kubernetes.format !== 'helm'
  const all = hasNamespace ? [namespaceFile(namespace), ...manifests] : manifests
  return inFormat(kubernetes.format, all, { flow: context.flow, version: options.version })
}

/** Its name is the first in the folder: it is applied before what is in it. */
function namespaceFile(name: string): Manifest {
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
  return { path: '00-namespace.yml', text: toYaml([object]), workload: null }
}

/** One that is asked for is taken as it is; the Flow's name is made to fit. Throws XserveError BAD_ARGUMENT. */
export function namespaceOf({ name, gateway }: FlowPlan, { namespace, format }: KubernetesOptions): string {
  if (format === 'helm') return HELM_NAMESPACE
  const asked = namespace ?? (gateway.options.k8s_namespace as string | undefined)
  return checkNamespace(asked ?? (name === null ? 'default' : dnsName(name)))
}
