/** The pod of a workload: one container, and what it needs around it. */
import { END_SECONDS } from '../container.ts'
import type { Workload } from '../workload.ts'
import { type Context, labelsOf, selectorOf } from './context.ts'
import { probesOf } from './probes.ts'
import { containerSecurity, podSecurity } from './security.ts'
import { type PodVolumes, podVolumes } from './volumes.ts'

/**
 * Seconds that a pod which is to end serves on, so that nobody calls it any more when it ends. Gateways look executors up every
 * 2 s, and the cluster's name server answers up to 5 s out of its memory; addresses of Services change within a second or two.
 */
const LEAVING_SECONDS = { executor: 10, gateway: 5 } as const

export function podTemplate(workload: Workload, context: Context, configHash: string) {
  const files = podVolumes(workload, context)
  const { role, nodeSelector, pullSecrets, shutdownMs } = workload
  return {
    metadata: {
      labels: { ...labelsOf(workload, context), ...jinaLabels(workload, context) },
      annotations: {
        // A change of the ConfigMap alone is a new pod, too.
        'xserve/config-hash': configHash,
        ...(context.options.mesh === 'linkerd' ? { 'linkerd.io/inject': 'enabled' } : {}),
      },
    },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: LEAVING_SECONDS[role] + Math.ceil(shutdownMs / 1000) + END_SECONDS,
      securityContext: podSecurity(workload.image, files.claims.length > 0),
      ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((name) => ({ name })) } : {}),
      ...(Object.keys(nodeSelector).length > 0 ? { nodeSelector } : {}),
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: selectorOf(workload) },
        },
      ],
      containers: [containerOf(workload, context, files)],
      ...(files.volumes.length > 0 ? { volumes: files.volumes } : {}),
    },
  }
}

function jinaLabels({ deployment, role, shard }: Workload, { namespace }: Context): Record<string, string> {
  return {
    jina_deployment_name: deployment,
    shard_id: role === 'gateway' ? '' : String(shard ?? 0),
    pod_type: role === 'gateway' ? 'GATEWAY' : 'WORKER',
    ns: namespace,
  }
}

function containerOf(workload: Workload, context: Context, files: PodVolumes) {
  const { name, role, image, command, args, ports, monitoringPort } = workload
  const numbers = new Map(ports.map(({ protocol, port }) => [port, protocol]))
  return {
    name: role,
    image: image.reference,
    imagePullPolicy: 'IfNotPresent',
    command: command.map(literal),
    args: args.map(literal),
    ports: [
      ...[...numbers].map(([port, protocol]) => ({ name: protocol, containerPort: port })),
      ...(monitoringPort === null ? [] : [{ name: 'monitoring', containerPort: monitoringPort }]),
    ],
    envFrom: [{ configMapRef: { name: `${name}-configmap` } }],
    env: environment(workload, context),
    ...resources(workload, context),
    ...probesOf(workload),
    lifecycle: { preStop: { sleep: { seconds: LEAVING_SECONDS[role] } } },
    securityContext: containerSecurity(image),
    ...(files.mounts.length > 0 ? { volumeMounts: files.mounts } : {}),
  }
}

/** Those that Jina's programs know where they run by, then the secrets. */
function environment({ name, deployment, secrets }: Workload, { namespace }: Context): object[] {
  return [
    { name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
    { name: 'JINA_DEPLOYMENT_NAME', value: deployment },
    { name: 'K8S_DEPLOYMENT_NAME', value: name },
    { name: 'K8S_NAMESPACE_NAME', value: namespace },
    { name: 'K8S_POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ...Object.entries(secrets).map(([variable, key]) => ({ name: variable, valueFrom: { secretKeyRef: { ...key } } })),
  ]
}

/** An autoscaler measures against what is asked for. */
const CPU_TO_SCALE_BY = '250m'

function resources({ name, resources: given, gpus }: Workload, { options, warn }: Context): { resources?: object } {
  const { requests, limits } = given as { requests?: object; limits?: object }
  const asked = options.autoscale === null ? requests : { cpu: CPU_TO_SCALE_BY, ...requests }
  if (gpus !== null && 'count' in gpus && gpus.count === 'all') {
    warn(`${name}: Kubernetes gives GPUs by number, not all of a machine: gpus: all is left out`)
  }
  if (gpus !== null && 'devices' in gpus) {
    warn(`${name}: Kubernetes chooses GPUs itself: it is asked for ${gpus.devices.length}, whichever they are`)
  }
  const count = gpus === null ? null : 'devices' in gpus ? gpus.devices.length : gpus.count
  const all = {
    ...(asked ? { requests: asked } : {}),
    ...(limits || typeof count === 'number'
      ? { limits: { ...limits, ...(typeof count === 'number' ? { 'nvidia.com/gpu': String(count) } : {}) } }
      : {}),
  }
  return Object.keys(all).length > 0 ? { resources: all } : {}
}

/** Kubernetes puts variables in place of `$(NAME)` and takes `$$` for one: what is written arrives as it is. */
function literal(text: string): string {
  return text.replaceAll(/\$+\(?/g, (found) => {
    const dollars = found.replace('(', '')
    return found.length > 1 ? `${dollars}${found}` : found
  })
}
