/** Options of exports: images, where to write, and what Kubernetes and Compose may have besides. */

import { XserveError } from '../errors.ts'
import { NETWORK } from '../export/compose/index.ts'
import { DEFAULT_KUBERNETES, type KubernetesOptions } from '../export/kubernetes/options.ts'
import { PROGRAM_IMAGE, programImage } from '../flow/program-image.ts'
import { VERSION } from '../flow/version.ts'
import { bad } from './argument-values.ts'
import type { Args, Option } from './arguments.ts'

export const EXPORT_OPTIONS: readonly Option[] = [
  {
    name: 'image',
    type: 'text',
    value: 'NAME=IMAGE',
    summary: 'Image of an executor, for one that is a module or has another',
    many: true,
    check: imagesOf,
  },
  {
    name: 'gateway-image',
    type: 'text',
    value: 'IMAGE',
    summary: 'Image with this program, for the gateway and for executors that only pass on',
    preset: `XSERVE_IMAGE, else ${PROGRAM_IMAGE}`,
  },
  { name: 'build', type: 'flag', summary: 'Build images of executors that are modules, and of this program' },
  {
    name: 'repository',
    type: 'text',
    value: 'PREFIX',
    summary: 'What their names begin with: registry.example.com/team',
  },
  {
    name: 'include-gateway',
    type: 'flag',
    summary: 'Write the gateway, too; without it executors are for other Flows (Jina: SHARED)',
    negatable: true,
  },
  { name: 'stdout', type: 'flag', summary: 'Print all instead of writing files' },
  {
    name: 'diff',
    type: 'text',
    value: 'PLACE',
    summary: 'Tell what would change against an earlier export; exit code 1 if anything',
  },
  { name: 'force', type: 'flag', summary: 'Write over files that no export has written' },
  {
    name: 'k8s-namespace',
    type: 'text',
    value: 'NAME',
    summary: 'kubernetes: namespace of all objects',
    preset: "the Flow's name",
    also: ['namespace'],
  },
  {
    name: 'format',
    type: 'text',
    value: 'NAME',
    summary: 'kubernetes: manifests, kustomize or helm',
    preset: DEFAULT_KUBERNETES.format,
    check: formatOf,
  },
  { name: 'create-namespace', type: 'flag', summary: 'kubernetes: write the namespace, too' },
  {
    name: 'mesh',
    type: 'text',
    value: 'linkerd',
    summary: 'kubernetes: a service mesh balances, not the gateway',
    check: meshOf,
  },
  { name: 'storage-class', type: 'text', value: 'NAME', summary: 'kubernetes: of the claims that volumes become' },
  {
    name: 'storage-size',
    type: 'text',
    value: 'SIZE',
    summary: 'kubernetes: of each claim',
    preset: DEFAULT_KUBERNETES.storage.size,
  },
  {
    name: 'access-mode',
    type: 'text',
    value: 'MODE,…',
    summary: 'kubernetes: of the claims',
    preset: DEFAULT_KUBERNETES.storage.accessModes.join(),
    many: true,
  },
  { name: 'service-monitor', type: 'flag', summary: 'kubernetes: a ServiceMonitor where there are metrics' },
  {
    name: 'autoscale',
    type: 'text',
    value: 'MIN:MAX',
    summary: 'kubernetes: a HorizontalPodAutoscaler, by CPU',
    check: autoscaleOf,
  },
  { name: 'disruption-budget', type: 'flag', summary: 'kubernetes: a PodDisruptionBudget, one pod at a time' },
  { name: 'network-policy', type: 'flag', summary: 'kubernetes: only the gateway may call executors' },
  { name: 'ingress', type: 'text', value: 'HOST', summary: 'kubernetes: an Ingress to the gateway' },
  { name: 'ingress-class', type: 'text', value: 'NAME', summary: 'kubernetes: its class' },
  {
    name: 'network-name',
    type: 'text',
    value: 'NAME',
    summary: 'docker-compose: of the network',
    preset: NETWORK,
  },
  { name: 'vertical-layout', type: 'flag', summary: 'flowchart: from top to bottom, not from left to right' },
]

/** What every target takes. Throws XserveError BAD_ARGUMENT. */
export function readExportOptions(args: Args, warn: (message: string) => void) {
  return {
    program: programImage(args.text('gateway-image'), process.env),
    images: imagesOf(args),
    includeGateway: args.flag('include-gateway') !== false,
    warn,
    version: VERSION,
  }
}

function imagesOf(args: Args): Readonly<Record<string, string>> {
  return Object.fromEntries(
    args.texts('image').map((word) => {
      const at = word.indexOf('=')
      if (at > 0) return [word.slice(0, at), word.slice(at + 1)]
      throw new XserveError('BAD_ARGUMENT', `--image ${JSON.stringify(word)} names no executor and image`, {
        hint: 'for example --image encoder=acme/encoder:1',
      })
    }),
  )
}

/** Throws XserveError BAD_ARGUMENT. */
export function readKubernetesOptions(args: Args): KubernetesOptions {
  const host = args.text('ingress')
  const className = args.text('ingress-class') ?? null
  const { storage } = DEFAULT_KUBERNETES
  const modes = args.texts('access-mode').flatMap((word) => word.split(/[\s,]+/))
  return {
    namespace: args.text('k8s-namespace') ?? null,
    format: formatOf(args),
    createNamespace: args.flag('create-namespace') === true,
    mesh: meshOf(args),
    storage: {
      className: args.text('storage-class') ?? process.env.JINA_K8S_STORAGE_CLASS_NAME ?? storage.className,
      size: args.text('storage-size') ?? process.env.JINA_K8S_STORAGE_CAPACITY ?? storage.size,
      accessModes: modes.length > 0 ? modes : storage.accessModes,
    },
    serviceMonitor: args.flag('service-monitor') === true,
    autoscale: autoscaleOf(args),
    disruptionBudget: args.flag('disruption-budget') === true,
    networkPolicy: args.flag('network-policy') === true,
    ingress: host === undefined ? null : { host, className },
  }
}

function meshOf(args: Args): KubernetesOptions['mesh'] {
  const mesh = args.text('mesh') ?? DEFAULT_KUBERNETES.mesh
  if (mesh === 'none' || mesh === 'linkerd') return mesh
  throw bad(`--mesh is linkerd or none, not ${JSON.stringify(mesh)}`)
}

function formatOf(args: Args): KubernetesOptions['format'] {
  const format = args.text('format') ?? DEFAULT_KUBERNETES.format
  if (format === 'manifests' || format === 'kustomize' || format === 'helm') return format
  throw bad(`--format is manifests, kustomize or helm, not ${JSON.stringify(format)}`)
}

function autoscaleOf(args: Args): KubernetesOptions['autoscale'] {
  const text = args.text('autoscale')
  if (text === undefined) return null
  const [, least, most] = /^(\d+):(\d+)$/.exec(text)?.map(Number) ?? []
  if (least === undefined || most === undefined || least < 1 || most < least)
    throw bad(`--autoscale ${JSON.stringify(text)} is no MIN:MAX`, 'for example --autoscale 2:10')
  return { least, most }
}
