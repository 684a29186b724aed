/** The same manifests for tools that put them together with others: Kustomize, Helm. */
import { type OutputFile, signed } from '../output.ts'
import type { Workload } from '../workload.ts'
import { toYaml } from '../yaml.ts'

export type Format = 'manifests' | 'kustomize' | 'helm'

/** What stands for the namespace until Helm knows it: a name that nothing else has. */
export const HELM_NAMESPACE = 'xserve-helm-release-namespace'

/** A file before it is signed, and whose it is; null: nobody's. */
export interface Manifest {
  readonly path: string
  readonly text: string
  readonly workload: Workload | null
}

export interface Naming {
  /** Of the Flow, as a host name. */
  readonly flow: string
  /** Of this program. */
  readonly version: string
}

export function inFormat(format: Format, manifests: readonly Manifest[], naming: Naming): readonly OutputFile[] {
  const files =
    format === 'helm' ? helmChart(manifests, naming) : format === 'kustomize' ? kustomized(manifests) : manifests
  return files.map(({ path, text }) => ({ path, text: signed(text, 'kubernetes') }))
}

/** `kubectl apply -k`: a folder that others take as one of their resources. */
function kustomized(manifests: readonly Manifest[]): OutputFile[] {
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: manifests.map(({ path }) => path),
  }
  return [{ path: 'kustomization.yml', text: toYaml([kustomization]) }, ...manifests]
}

/** Image and number of each workload are values, the namespace is the release's. */
function helmChart(manifests: readonly Manifest[], { flow, version }: Naming): OutputFile[] {
  const chart = { apiVersion: 'v2', name: flow, version: '0.1.0', appVersion: version, type: 'application' }
  const workloads = manifests.flatMap(({ workload }) => (workload === null ? [] : [workload]))
  const values = Object.fromEntries(
    workloads.map(({ name, image, replicas }) => [name, { image: image.reference, replicas }]),
  )
  return [
    { path: 'Chart.yaml', text: toYaml([chart]) },
    { path: 'values.yaml', text: toYaml([{ workloads: values }]) },
    ...manifests.map(({ path, text, workload }) => ({
      path: `templates/${path.replaceAll('/', '-')}`,
      text: asTemplate(text, workload),
    })),
  ]
}

/** Our own writing, line by line: no text in it has more than one. */
function asTemplate(text: string, workload: Workload | null): string {
  const literal = text.replaceAll('{{', '{{ "{{" }}').replaceAll(HELM_NAMESPACE, '{{ .Release.Namespace }}')
  if (workload === null) return literal
  const value = (key: string) => `{{ index .Values.workloads ${JSON.stringify(workload.name)} ${JSON.stringify(key)}`
  return literal
    .replace(/^( {2}replicas: )\d+$/m, (_, before: string) => `${before}${value('replicas')} }}`)
    .replace(/^( {8}image: ).*$/m, (_, before: string) => `${before}${value('image')} | quote }}`)
}
