/** Manifests of a Flow, and what stands in them by kind and name. */
import { exportKubernetes } from '../../../lib/export/kubernetes/index.ts'
import { DEFAULT_KUBERNETES, type KubernetesOptions } from '../../../lib/export/kubernetes/options.ts'
import { exporting, planOf, readDocuments } from '../plans.ts'

export type Planned = Parameters<typeof planOf>
export async function manifests(
  executors: Planned[0],
  flow: Planned[1] = {},
  options: Partial<KubernetesOptions> = {},
  more: Parameters<typeof exporting>[0] = {},
) {
  const given = exporting(more)
  const files = exportKubernetes(await planOf(executors, flow), given, { ...DEFAULT_KUBERNETES, ...options })
  const objects = files.flatMap(({ text }) => readDocuments(text))
  const of = (kind: string, name: string) => objects.find((one) => one.kind === kind && one.metadata.name === name)
  const pod = (name: string) => (of('Deployment', name) ?? of('StatefulSet', name))?.spec.template
  return { files, objects, of, pod, container: (name: string) => pod(name)?.spec.containers[0], told: given.told }
}
export const IMAGE = { uses: 'docker://acme/enc:1' }
