/** Where a pod's files are: claims for volumes, a scratch folder, the gateway's certificate. */

import { isKept, TLS_FOLDER } from '../container.ts'
import type { Volume, Workload } from '../workload.ts'
import type { Context } from './context.ts'
import { needsScratch } from './security.ts'

/** A secret of kubernetes.io/tls, made by whoever deploys: keys are never written. */
export const TLS_SECRET = 'gateway-tls'

export interface PodVolumes {
  readonly claims: readonly object[]
  readonly volumes: readonly object[]
  readonly mounts: readonly object[]
}

export function podVolumes(workload: Workload, context: Context): PodVolumes {
  const { storage } = context.options
  const named = claimed(workload).map((volume, index) => ({
    ...volume,
    name: `${workload.name}-volume${index === 0 ? '' : `-${index}`}`,
  }))
  const isOurs = needsScratch(workload.image)
  const scratch = isOurs && !named.some(({ target }) => target === '/tmp')
  // Gone with the pod, since nobody has asked for more; the rest of the container cannot be written to.
  const work =
    isOurs && !workload.stateful && !isKept(workload) ? [{ name: 'workspace', path: workload.workspace! }] : []
  return {
    claims: named.map(({ name }) => ({
      metadata: { name, labels: { app: workload.name } },
      spec: {
        accessModes: storage.accessModes,
        ...(storage.className === null ? {} : { storageClassName: storage.className }),
        resources: { requests: { storage: storage.size } },
      },
    })),
    volumes: [
      ...(scratch ? [{ name: 'scratch', emptyDir: {} }] : []),
      ...work.map(({ name }) => ({ name, emptyDir: {} })),
      ...(workload.tls === null ? [] : [{ name: 'tls', secret: { secretName: TLS_SECRET } }]),
    ],
    mounts: [
      ...named.map(({ name, target, readOnly }) => ({
        name,
        mountPath: target,
        ...(readOnly ? { readOnly: true } : {}),
      })),
      ...(scratch ? [{ name: 'scratch', mountPath: '/tmp' }] : []),
      ...work.map(({ name, path }) => ({ name, mountPath: path })),
      ...(workload.tls === null ? [] : [{ name: 'tls', mountPath: TLS_FOLDER, readOnly: true }]),
    ],
  }
}

/** What a stateful executor keeps is kept, even if nobody has thought of a volume. */
function claimed(workload: Workload): readonly Volume[] {
  const { volumes, stateful, workspace } = workload
  if (!stateful || isKept(workload) || !workspace?.startsWith('/')) return volumes
  return [...volumes, { source: null, target: workspace, readOnly: false }]
}
