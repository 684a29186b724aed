/** What an export to Kubernetes may be told beyond the Flow. */
import type { Format } from './format.ts'

export interface KubernetesOptions {
  /** Default: the Flow's `k8s_namespace`, else its name, else `default`. */
  readonly namespace: string | null
  /** `kustomize` and `helm` for those who put it together with more. */
  readonly format: Format
  /** The namespace itself, too: deleting what was applied then deletes all that is in it. */
  readonly createNamespace: boolean
  /** `linkerd`: the mesh balances, and its annotation is written; `none`: the gateway balances over pods by itself. */
  readonly mesh: 'none' | 'linkerd'
  readonly storage: Storage
  /** A ServiceMonitor for each workload with metrics: the cluster must know that kind. */
  readonly serviceMonitor: boolean
  /** A HorizontalPodAutoscaler for each workload; null = none, replicas are as written. */
  readonly autoscale: { readonly least: number; readonly most: number } | null
  /** A PodDisruptionBudget for each workload. */
  readonly disruptionBudget: boolean
  /** A NetworkPolicy for each workload: executors are for the gateway alone. */
  readonly networkPolicy: boolean
  /** An Ingress for the gateway's first port; null = none. */
  readonly ingress: { readonly host: string; readonly className: string | null } | null
}

/** Of the claims that volumes become. */
export interface Storage {
  /** null: the cluster's own default. */
  readonly className: string | null
  readonly size: string
  readonly accessModes: readonly string[]
}

/** Size and modes are Jina's; its class `standard` is not: a cluster knows its own. */
export const DEFAULT_KUBERNETES: KubernetesOptions = {
  namespace: null,
  format: 'manifests',
  createNamespace: false,
  mesh: 'none',
  storage: { className: null, size: '10G', accessModes: ['ReadWriteOnce'] },
  serviceMonitor: false,
  autoscale: null,
  disruptionBudget: false,
  networkPolicy: false,
  ingress: null,
}
