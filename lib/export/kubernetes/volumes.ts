/** Where a pod's files are: claims for volumes, a scratch folder, the gateway's certificate. */
import type { Volume, Workload } from '../workload.ts'
import type { Context } from './context.ts'
import { needsScratch } from './security.ts'

/** Where the gateway's certificate is in its container. */
export const TLS_FOLDER = '/etc/xserve/tls'
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
  const scratch = needsScratch(workload.image) && !named.some(({ target }) => target === '/tmp')
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
      ...(workload.tls === null ? [] : [{ name: 'tls', secret: { secretName: TLS_SECRET } }]),
    ],
    mounts: [
      ...named.map(({ name, target, readOnly }) => ({
        name,
        mountPath: target,
        ...(readOnly ? { readOnly: true } : {}),
      })),
      ...(scratch ? [{ name: 'scratch', mountPath: '/tmp' }] : []),
      ...(workload.tls === null ? [] : [{ name: 'tls', mountPath: TLS_FOLDER, readOnly: true }]),
    ],
  }
}

/** What a stateful executor keeps is kept, even if nobody has thought of a volume. */
function claimed({ volumes, stateful, args }: Workload): readonly Volume[] {
  const place = args[args.indexOf('--workspace') + 1]
  const isCovered = volumes.some(({ target }) => place === target || place?.startsWith(`${target}/`))
  if (!stateful || isCovered || !args.includes('--workspace') || !place?.startsWith('/')) return volumes
  return [...volumes, { source: null, target: place, readOnly: false }]
}
