/** What executors and Flows ask of a cluster: GPUs and memory, certificates, places to write to, ports, a namespace. */
import { describe, expect, test } from 'bun:test'
import { exportKubernetes } from '../../../lib/export/kubernetes/index.ts'
import { DEFAULT_KUBERNETES } from '../../../lib/export/kubernetes/options.ts'
import { fixture } from '../../helpers/xserve.ts'
import { exporting, planOf, readDocuments } from '../plans.ts'
import { IMAGE, manifests, type Planned } from './manifests.ts'

describe('exportKubernetes() on request', () => {
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
