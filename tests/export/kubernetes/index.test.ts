/** Manifests: what Jina's have, what goes beyond, and what is refused. Recorded facts: `make exports`. */
import { describe, expect, test } from 'bun:test'
import { exportKubernetes } from '../../../lib/export/kubernetes/index.ts'
import { DEFAULT_KUBERNETES, type KubernetesOptions } from '../../../lib/export/kubernetes/options.ts'
import { fixture } from '../../helpers/xserve.ts'
import { exporting, planOf, readDocuments } from '../plans.ts'

type Planned = Parameters<typeof planOf>
async function manifests(
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
const IMAGE = { uses: 'docker://acme/enc:1' }

describe('exportKubernetes()', () => {
  test('a folder for each executor and the gateway, objects in Jina’s order', async () => {
    const { files, objects } = await manifests([{ ...IMAGE, name: 'My_Enc', shards: 2 }, { name: 'joiner' }])
    expect(files.map(({ path }) => path)).toEqual([
      'my-enc/my-enc-0.yml',
      'my-enc/my-enc-1.yml',
      'joiner/joiner.yml',
      'gateway/gateway.yml',
    ])
    expect(objects.slice(0, 3).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'ConfigMap my-enc-0-configmap',
      'Service my-enc-0',
      'Deployment my-enc-0',
    ])
    expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['default']))
  })

  test('equal input, equal bytes', async () => {
    const make = () => manifests([{ ...IMAGE, env: { A: '1' }, shards: 2 }], { name: 'f', port: 1 })
    expect((await make()).files).toEqual((await make()).files)
  })

  test('labels and selectors are Jina’s, with those of Kubernetes', async () => {
    const { pod, of } = await manifests([{ ...IMAGE, name: 'My_Enc', shards: 2 }], { name: 'shop' })
    expect(pod('my-enc-1').metadata.labels).toEqual({
      app: 'my-enc-1',
      'app.kubernetes.io/name': 'my-enc',
      'app.kubernetes.io/instance': 'my-enc-1',
      'app.kubernetes.io/component': 'executor',
      'app.kubernetes.io/part-of': 'shop',
      'app.kubernetes.io/managed-by': 'xserve',
      jina_deployment_name: 'My_Enc',
      shard_id: '1',
      pod_type: 'WORKER',
      ns: 'shop',
    })
    expect(pod('gateway').metadata.labels).toMatchObject({ shard_id: '', pod_type: 'GATEWAY' })
    expect(of('Service', 'my-enc-1').spec.selector).toEqual({ app: 'my-enc-1' })
  })

  // Public case 114.
  test('names of executors stand for all pods; a mesh balances over one address', async () => {
    const plain = await manifests([IMAGE])
    expect(plain.of('Service', 'executor0').spec.clusterIP).toBe('None')
    expect(plain.of('Service', 'gateway').spec.clusterIP).toBeUndefined()
    expect(plain.pod('executor0').metadata.annotations['linkerd.io/inject']).toBeUndefined()
    const mesh = await manifests([IMAGE], {}, { mesh: 'linkerd' })
    expect(mesh.of('Service', 'executor0').spec.clusterIP).toBeUndefined()
    for (const name of ['executor0', 'gateway'])
      expect(mesh.pod(name).metadata.annotations['linkerd.io/inject']).toBe('enabled')
  })

  // Public cases 91, 108, 115.
  test('probes: of gRPC, of HTTP, patient for as long as a start may take', async () => {
    const { container } = await manifests(
      [
        { ...IMAGE, timeoutReady: 90_000 },
        { ...IMAGE, timeoutReady: -1 },
      ],
      {
        protocol: ['http', 'grpc'],
      },
    )
    expect(container('executor0').startupProbe).toMatchObject({
      grpc: { port: 8080 },
      periodSeconds: 1,
      failureThreshold: 90,
    })
    expect(container('executor1').startupProbe.failureThreshold).toBe(2_147_483_647)
    expect(container('gateway').readinessProbe).toMatchObject({ httpGet: { path: '/', port: 8080 } })
    expect(container('gateway').ports).toEqual([
      { name: 'http', containerPort: 8080 },
      { name: 'grpc', containerPort: 8081 },
    ])
  })

  test('images of ours can do next to nothing, those of others what cannot be taken from them', async () => {
    const { pod, container } = await manifests([IMAGE])
    expect(pod('gateway').spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
    expect(container('gateway').securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(pod('gateway').spec.volumes).toEqual([{ name: 'scratch', emptyDir: {} }])
    expect(pod('executor0').spec.securityContext).toEqual({ seccompProfile: { type: 'RuntimeDefault' } })
    expect(container('executor0').securityContext).toEqual({ allowPrivilegeEscalation: false })
  })

  // Public case 115.
  test('a pod that ends serves on, and is given the time to finish', async () => {
    const { pod, container } = await manifests([IMAGE])
    for (const name of ['executor0', 'gateway']) {
      const leaving = container(name).lifecycle.preStop.sleep.seconds
      expect(pod(name).spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(leaving + 25)
    }
    expect(container('executor0').lifecycle.preStop.sleep.seconds).toBeGreaterThan(2 + 5)
  })

  // Public case 110.
  test('environment: values as strings, secrets by name, a change of it is a new pod', async () => {
    const env = { NUMBER: 4, YES: 'yes', EMPTY: '', REF: '$(POD_UID)' }
    const secret = { name: 'db', key: 'password' }
    const { of, container, pod } = await manifests([{ ...IMAGE, env, envFromSecret: { PASSWORD: secret } }])
    expect(of('ConfigMap', 'executor0-configmap').data).toEqual({
      NUMBER: '4',
      YES: 'yes',
      EMPTY: '',
      REF: '$(POD_UID)',
    })
    expect(container('executor0').env).toContainEqual({ name: 'PASSWORD', valueFrom: { secretKeyRef: secret } })
    const other = await manifests([{ ...IMAGE, env: { ...env, NUMBER: 5 } }])
    const hash = (one: typeof pod) => one('executor0').metadata.annotations['xserve/config-hash']
    expect(hash(other.pod)).not.toBe(hash(pod))
  })

  test('what looks like a variable of Kubernetes in arguments arrives as it is written', async () => {
    const { container } = await manifests([{ ...IMAGE, usesWith: { a: '$(HOME) $$ $ $x $$(y)' } }])
    const words: string[] = container('executor0').args
    const text = words[words.indexOf('--uses-with') + 1]!
    // As Kubernetes does it: $$ is one, $(NAME) is a variable, any other $ is itself.
    const expanded = text.replaceAll(/\$\$|\$\(\w+\)/g, (found) => (found === '$$' ? '$' : 'EXPANDED'))
    expect(JSON.parse(expanded)).toEqual({ a: '$(HOME) $$ $ $x $$(y)' })
  })

  test('volumes are claims of a StatefulSet, one each', async () => {
    const volumes = ['/data:/workspace', '/models:/models:ro']
    const { of, container } = await manifests([{ ...IMAGE, volumes, replicas: 2 }])
    const { spec } = of('StatefulSet', 'executor0')
    expect(spec).toMatchObject({ serviceName: 'executor0', replicas: 2, updateStrategy: { type: 'RollingUpdate' } })
    expect(spec.strategy).toBeUndefined()
    expect(spec.volumeClaimTemplates.map((one: { metadata: object }) => one.metadata)).toEqual([
      { name: 'executor0-volume', labels: { app: 'executor0' } },
      { name: 'executor0-volume-1', labels: { app: 'executor0' } },
    ])
    expect(container('executor0').volumeMounts).toEqual([
      { name: 'executor0-volume', mountPath: '/workspace' },
      { name: 'executor0-volume-1', mountPath: '/models', readOnly: true },
    ])
    const storage = { className: 'fast', size: '1Gi', accessModes: ['ReadWriteMany'] }
    const other = await manifests([{ ...IMAGE, volumes: ['/a'] }], {}, { storage })
    expect(other.of('StatefulSet', 'executor0').spec.volumeClaimTemplates[0].spec).toEqual({
      accessModes: ['ReadWriteMany'],
      storageClassName: 'fast',
      resources: { requests: { storage: '1Gi' } },
    })
  })

  test('a stateful executor keeps its names and its workspace', async () => {
    const { of, container } = await manifests([{ ...IMAGE, stateful: true, workspace: '/data/state' }])
    expect(of('StatefulSet', 'executor0').spec.volumeClaimTemplates).toHaveLength(1)
    expect(container('executor0').volumeMounts[0].mountPath).toBe('/data/state')
  })

  test('GPUs by number, CPU and memory, nodes, pull secrets', async () => {
    const resources = { requests: { cpu: '1' }, limits: { memory: '2Gi' } }
    const rest = { resources, nodeSelector: { disk: 'ssd' }, imagePullSecrets: ['reg'] }
    const { container, pod, told } = await manifests([
      { ...IMAGE, gpus: '2', ...rest },
      { ...IMAGE, gpus: 'all' },
      { ...IMAGE, gpus: 'device=0,2' },
    ])
    expect(container('executor0').resources).toEqual({
      requests: { cpu: '1' },
      limits: { memory: '2Gi', 'nvidia.com/gpu': '2' },
    })
    expect(pod('executor0').spec).toMatchObject({ nodeSelector: { disk: 'ssd' }, imagePullSecrets: [{ name: 'reg' }] })
    expect(container('executor1').resources).toBeUndefined()
    expect(container('executor2').resources.limits).toEqual({ 'nvidia.com/gpu': '2' })
    expect(told).toEqual([expect.stringContaining('executor1: '), expect.stringContaining('executor2: ')])
  })

  test('metrics have a port, and a monitor only when asked for', async () => {
    const { of, objects } = await manifests([IMAGE], { monitoring: true })
    expect(of('Service', 'executor0').spec.ports).toContainEqual(
      expect.objectContaining({ name: 'monitoring', port: 9090 }),
    )
    expect(objects.some(({ kind }) => kind === 'ServiceMonitor')).toBeFalse()
    const asked = await manifests([IMAGE], { monitoring: true }, { serviceMonitor: true })
    expect(asked.of('ServiceMonitor', 'executor0').spec.selector.matchLabels).toEqual({ app: 'executor0' })
  })

  test('what is asked for besides', async () => {
    const { of } = await manifests(
      [IMAGE, { ...IMAGE, volumes: ['/a'] }],
      { port: 7000 },
      {
        autoscale: { least: 2, most: 5 },
        disruptionBudget: true,
        networkPolicy: true,
        ingress: { host: 'a.example.com', className: 'nginx' },
      },
    )
    const scaler = of('HorizontalPodAutoscaler', 'executor1').spec
    expect(scaler).toMatchObject({
      minReplicas: 2,
      maxReplicas: 5,
      scaleTargetRef: { kind: 'StatefulSet', name: 'executor1' },
    })
    expect(of('Deployment', 'executor0').spec.replicas).toBeUndefined()
    expect(of('Deployment', 'executor0').spec.template.spec.containers[0].resources.requests.cpu).toBe('250m')
    expect(of('PodDisruptionBudget', 'gateway').spec.maxUnavailable).toBe(1)
    expect(of('NetworkPolicy', 'executor0').spec.ingress).toEqual([
      { from: [{ podSelector: { matchLabels: { app: 'gateway' } } }], ports: [{ protocol: 'TCP', port: 8080 }] },
    ])
    expect(of('NetworkPolicy', 'gateway').spec.ingress).toEqual([{ ports: [{ protocol: 'TCP', port: 7000 }] }])
    expect(of('Ingress', 'gateway').spec).toMatchObject({
      ingressClassName: 'nginx',
      rules: [{ host: 'a.example.com' }],
    })
  })

  test('TLS comes from a secret', async () => {
    const plan = await planOf([IMAGE], { port: 7000 })
    const tls = { certificateFile: '/here/c.pem', keyFile: '/here/k.pem' }
    const given = exporting()
    const files = exportKubernetes({ ...plan, gateway: { ...plan.gateway, tls } }, given, DEFAULT_KUBERNETES)
    const { text } = files.at(-1)!
    expect(text).not.toContain('/here')
    const { spec } = readDocuments(text).at(-1).spec.template
    expect(spec.volumes).toContainEqual({ name: 'tls', secret: { secretName: 'gateway-tls' } })
    expect(spec.containers[0].args.join(' ')).toContain('--ssl-certfile /etc/xserve/tls/tls.crt')
    expect(given.told).toEqual([expect.stringContaining('kubectl create secret tls gateway-tls')])
  })

  test('authorities of callers are in the same secret; probes, which have no certificate, only see whether it listens', async () => {
    const plan = await planOf([IMAGE], { port: 7000, protocol: 'http' })
    const tls = { certificateFile: '/here/c.pem', keyFile: '/here/k.pem', callersFile: '/here/ca.pem' }
    const given = exporting()
    const files = exportKubernetes({ ...plan, gateway: { ...plan.gateway, tls } }, given, DEFAULT_KUBERNETES)
    const [container] = readDocuments(files.at(-1)!.text).at(-1).spec.template.spec.containers
    expect(container.args.join(' ')).toContain('--ssl-ca-certs /etc/xserve/tls/ca.crt')
    expect(container.readinessProbe.tcpSocket).toEqual({ port: 7000 })
    expect(given.told).toEqual([expect.stringContaining('generic gateway-tls --from-file=tls.crt=FILE')])
  })

  test.each<[string, Planned[0], NonNullable<Planned[1]>, object, string]>([
    [
      'two of one name',
      [
        { ...IMAGE, name: 'My_A' },
        { ...IMAGE, name: 'my-a' },
      ],
      {},
      {},
      'would both be called my-a',
    ],
    ['a name that cannot be', [{ ...IMAGE, name: '_a' }], {}, {}, 'executor "_a" would be called -a'],
    ['a namespace that cannot be', [IMAGE], {}, { namespace: 'My_Space' }, 'namespace "My_Space" cannot be'],
    ['a port twice', [IMAGE], { monitoring: true, port: 9090 }, {}, 'port 9090 of grpc is that of the metrics'],
    ['an Ingress to nobody', [IMAGE], {}, { ingress: { host: 'h', className: null } }, 'an Ingress leads to a gateway'],
  ])('refuses %s', async (_, executors, flow, options, message) => {
    const more = message.includes('Ingress') ? { includeGateway: false } : {}
    await expect(manifests(executors, flow, options, more)).rejects.toThrow(message)
  })

  test('a workspace of this machine is a folder of the container’s that can be written to', async () => {
    const own = { name: 'own', uses: fixture('my_executor.ts'), workspace: './kept' }
    const more = { images: { own: 'acme/own:1' } }
    const passing = await manifests([own], {}, {}, more)
    expect(passing.container('own').args.join(' ')).toContain('--workspace /workspace')
    expect(passing.container('own').volumeMounts).toContainEqual({ name: 'workspace', mountPath: '/workspace' })
    expect(passing.pod('own').spec.volumes).toContainEqual({ name: 'workspace', emptyDir: {} })
    const kept = await manifests([{ ...own, volumes: ['/workspace'] }], {}, {}, more)
    expect(kept.container('own').volumeMounts).toContainEqual({ name: 'own-volume', mountPath: '/workspace' })
    expect(JSON.stringify(kept.pod('own').spec.volumes)).not.toContain('"workspace"')
    const theirs = await manifests([{ ...IMAGE, workspace: 'kept' }])
    expect(theirs.container('executor0').args.join(' ')).toContain('--workspace kept')
  })

  test('a gateway of somebody’s, and shards that it may not know', async () => {
    const gateway = { kind: 'image', image: 'acme/gate:1', written: 'docker://acme/gate:1' } as const
    const plan = await planOf([{ ...IMAGE, name: 'index', shards: 2 }], { port: 1 })
    const given = exporting()
    const files = exportKubernetes({ ...plan, gateway: { ...plan.gateway, uses: gateway } }, given, DEFAULT_KUBERNETES)
    expect(given.told).toEqual([expect.stringContaining('index')])
    const container = readDocuments(files.at(-1)!.text).at(-1).spec.template.spec.containers[0]
    expect(container).toMatchObject({
      image: 'acme/gate:1',
      command: ['jina'],
      args: expect.arrayContaining(['config.yml']),
    })
  })

  test('one port for all protocols', async () => {
    const { of, container } = await manifests([IMAGE], { protocol: ['grpc', 'http'], port: 7000 })
    expect(container('gateway').ports).toHaveLength(1)
    expect(of('Service', 'gateway').spec.ports[0].port).toBe(7000)
    expect(of('Service', 'gateway-1-http').spec.ports[0].port).toBe(7000)
  })

  test('the namespace, when asked for, comes first', async () => {
    const { files } = await manifests([IMAGE], { name: 'shop' }, { createNamespace: true })
    expect(files[0]).toMatchObject({ path: '00-namespace.yml', text: expect.stringContaining('kind: Namespace') })
    expect(files.map(({ path }) => path)).toEqual(files.map(({ path }) => path).toSorted())
  })

  test('without a gateway', async () => {
    const { files } = await manifests([IMAGE], {}, {}, { includeGateway: false })
    expect(files.map(({ path }) => path)).toEqual(['executor0/executor0.yml'])
  })
})
