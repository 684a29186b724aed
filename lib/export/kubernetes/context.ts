/** What every object of one export shares. */
import { dnsName } from '../names.ts'
import type { Workload } from '../workload.ts'
import type { KubernetesOptions } from './options.ts'

export interface Context {
  readonly namespace: string
  /** Of the Flow; `app.kubernetes.io/part-of`. */
  readonly flow: string
  readonly options: KubernetesOptions
  readonly warn: (message: string) => void
}

/** Of an object that belongs to a workload. `app` is Jina's, by which everything selects. */
export function labelsOf({ name, role, deployment }: Workload, { flow }: Context): Record<string, string> {
  return {
    app: name,
    'app.kubernetes.io/name': dnsName(deployment),
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/component': role,
    'app.kubernetes.io/part-of': flow,
    'app.kubernetes.io/managed-by': 'xserve',
  }
}

export function metadataOf(name: string, workload: Workload, context: Context) {
  return { name, namespace: context.namespace, labels: labelsOf(workload, context) }
}

export const selectorOf = ({ name }: Workload) => ({ app: name })
