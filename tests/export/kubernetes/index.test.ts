/** Manifests: what Jina's have, what goes beyond, and what is refused. Recorded facts: `make exports`. */
import { describe, expect, test } from 'bun:test'
import { IMAGE, manifests } from './manifests.ts'

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
    const told = { name: 'PASSWORD', valueFrom: { secretKeyRef: secret } }
    expect(container('executor0').env).toContainEqual(told)
    const all = await manifests([IMAGE], { envFromSecret: { PASSWORD: secret }, imagePullSecrets: ['r'] })
    for (const name of ['executor0', 'gateway']) {
      expect(all.container(name).env).toContainEqual(told)
      expect(all.pod(name).spec.imagePullSecrets).toEqual([{ name: 'r' }])
    }
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
})
