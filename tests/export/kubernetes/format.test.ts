/** The formats say what the manifests say. */
import { expect, test } from 'bun:test'
import { exportKubernetes } from '../../../lib/export/kubernetes/index.ts'
import { DEFAULT_KUBERNETES, type KubernetesOptions } from '../../../lib/export/kubernetes/options.ts'
import { exporting, planOf, readDocuments } from '../plans.ts'

const plan = await planOf(
  [
    { name: 'My_A', uses: 'docker://acme/a:1', replicas: 3, env: { TEMPLATE: '{{ .Values.x }} }}', replicas: '7' } },
    { name: 'b', uses: 'docker://acme/b:1', shards: 2, volumes: ['/w'] },
  ],
  { name: 'shop' },
)
const files = (more: Partial<KubernetesOptions>) =>
  new Map(
    exportKubernetes(plan, exporting(), { ...DEFAULT_KUBERNETES, ...more }).map(
      ({ path, text }) => [path, text] as const,
    ),
  )

test('kustomize: a list of what is there', () => {
  const plain = files({})
  const kustomized = files({ format: 'kustomize' })
  const [{ kind, resources }] = readDocuments(kustomized.get('kustomization.yml')!)
  expect(kind).toBe('Kustomization')
  expect(resources).toEqual([...plain.keys()])
  for (const [path, text] of plain) expect(kustomized.get(path)).toBe(text)
})

/** Helm's, as far as our templates go. */
function render(
  template: string,
  values: { workloads: Record<string, Record<string, unknown>> },
  namespace: string,
): string {
  return template.replaceAll(/\{\{ (.*?) \}\}/g, (_, action: string) => {
    if (action === '"{{"') return '{{'
    if (action === '.Release.Namespace') return namespace
    const [, name, key, quoted] = /^index \.Values\.workloads "([\w-]+)" "(\w+)"( \| quote)?$/.exec(action) ?? []
    if (name === undefined) throw new Error(`an action that nobody knows: ${action}`)
    const value = values.workloads[name]![key!]
    return quoted ? JSON.stringify(value) : String(value)
  })
}

test('helm: rendered with its own values it is the manifests', () => {
  const chart = files({ format: 'helm' })
  const [about] = readDocuments(chart.get('Chart.yaml')!)
  expect(about).toMatchObject({ apiVersion: 'v2', name: 'shop', appVersion: '1.2.3' })
  const [values] = readDocuments(chart.get('values.yaml')!)
  expect(values.workloads['my-a']).toEqual({ image: 'acme/a:1', replicas: 3 })
  const plain = files({ namespace: 'prod' })
  for (const [path, text] of plain) {
    const template = chart.get(`templates/${path.replaceAll('/', '-')}`)!
    expect(readDocuments(render(template, values, 'prod'))).toEqual(readDocuments(text))
  }
  values.workloads['b-1'].image = 'acme/b:2'
  const other = readDocuments(render(chart.get('templates/b-b-1.yml')!, values, 'prod')).at(-1)
  expect(other.spec.template.spec.containers[0].image).toBe('acme/b:2')
})
