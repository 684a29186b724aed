/** Deployment or StatefulSet of a workload, with its ConfigMap. */
import { createHash } from 'node:crypto'
import type { Workload } from '../workload.ts'
import { type Context, metadataOf, selectorOf } from './context.ts'
import { podTemplate } from './pod.ts'
import { podVolumes } from './volumes.ts'

export function configMapOf(workload: Workload, context: Context): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(`${workload.name}-configmap`, workload, context),
    // Empty data would look like a change at every apply.
    ...(Object.keys(workload.env).length > 0 ? { data: workload.env } : {}),
  }
}

/** Files that stay and names that stay are a StatefulSet's. */
export function workloadObject(workload: Workload, context: Context): object {
  const { claims } = podVolumes(workload, context)
  const kind = kindOf(workload, context)
  const template = podTemplate(workload, context, hashOf(workload.env))
  const selector = { matchLabels: selectorOf(workload) }
  // An autoscaler's number is not taken back by the next apply.
  const replicas = context.options.autoscale === null ? { replicas: workload.replicas } : {}
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: metadataOf(workload.name, workload, context),
    spec:
      kind === 'StatefulSet'
        ? {
            ...replicas,
            serviceName: workload.name,
            podManagementPolicy: 'Parallel',
            updateStrategy: { type: 'RollingUpdate' },
            selector,
            template,
            ...(claims.length > 0 ? { volumeClaimTemplates: claims } : {}),
          }
        : {
            ...replicas,
            strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
            selector,
            template,
          },
  }
}

/** Whether it is one that Kubernetes calls so, for objects that name it. */
export function kindOf(workload: Workload, context: Context): 'Deployment' | 'StatefulSet' {
  return workload.stateful || podVolumes(workload, context).claims.length > 0 ? 'StatefulSet' : 'Deployment'
}

function hashOf(env: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(pairs)).digest('hex').slice(0, 16)
}
