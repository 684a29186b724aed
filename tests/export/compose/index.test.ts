// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Compose look like this
/** The Compose file: services, and what is refused. Recorded facts: `make exports`. */
import { describe, expect, test } from 'bun:test'
import { exportCompose } from '../../../lib/export/compose/index.ts'
import { fixture } from '../../helpers/xserve.ts'
import { exporting, planOf, readDocuments } from '../plans.ts'

type Planned = Parameters<typeof planOf>
async function compose(executors: Planned[0], flow: Planned[1] = {}, more: Parameters<typeof exporting>[0] = {}) {
  const given = exporting(more)
  const text = exportCompose(await planOf(executors, flow), { ...given, networkName: null, folder: import.meta.dir })
  return { text, told: given.told, ...readDocuments(text)[0] }
}
const IMAGE = { uses: 'docker://acme/enc:1' }

describe('exportCompose()', () => {
  test('a service for each shard and replica, named as Jina names them', async () => {
    const { services } = await compose([
      { ...IMAGE, name: 'My_A', replicas: 2 },
      { ...IMAGE, name: 'b', shards: 2, replicas: 2, usesBefore: 'docker://c' },
    ])
    expect(Object.keys(services)).toEqual([
      ...['my-a-rep-0', 'my-a-rep-1', 'b-0-rep-0', 'b-0-rep-1', 'b-1-rep-0', 'b-1-rep-1', 'b-uses-before', 'gateway'],
    ])
    expect(Object.keys(services.gateway.depends_on)).toEqual(Object.keys(services).slice(0, -1))
    expect(services.gateway.depends_on['b-1-rep-0']).toEqual({ condition: 'service_healthy' })
  })

  test('an executor elsewhere is told to the gateway by an address that it can read', async () => {
    const { services } = await compose([
      { name: 'six', external: true, host: '[::1]', port: 7, tls: true },
      { name: 'near', external: true, host: 'unix:/run/a.sock' },
    ])
    const { command } = services.gateway
    expect(JSON.parse(command[command.indexOf('--deployments-addresses') + 1])).toEqual({
      six: ['grpcs://[::1]:7'],
      near: ['unix:/run/a.sock'],
    })
  })

  // Public case 121.
  test('only the gateway publishes ports', async () => {
    const { services } = await compose([IMAGE], { protocol: ['grpc', 'http'], port: [1, 2], monitoring: true })
    expect(services.gateway.ports).toEqual(['1:1', '2:2', '9090:9090'])
    expect(services.executor0.ports).toBeUndefined()
    expect(services.executor0.command).toContain('--monitoring')
  })

  test('one executor', async () => {
    const { services, networks } = await compose([
      { ...IMAGE, env: { A: 'cost$5', EMPTY: '' }, usesWith: { x: '${y}' }, timeoutReady: 1500 },
    ])
    expect(networks).toEqual({ 'jina-network': { driver: 'bridge' } })
    expect(services.executor0).toEqual({
      image: 'acme/enc:1',
      entrypoint: ['jina'],
      command: [
        ...['executor', '--name', 'executor0', '--uses', 'config.yml', '--port', '8081'],
        ...['--uses-with', '{"x":"$${y}"}', '--native'],
      ],
      environment: { A: 'cost$$5', EMPTY: '' },
      networks: ['jina-network'],
      healthcheck: {
        test: ['CMD', 'jina', 'ping', 'executor', '127.0.0.1:8081'],
        interval: '3s',
        timeout: '10s',
        retries: 5,
        start_period: '2s',
      },
      restart: 'unless-stopped',
      stop_grace_period: '30s',
      security_opt: ['no-new-privileges:true'],
    })
  })

  test('images of ours may not write, nor do anything else', async () => {
    const { services } = await compose(
      [{ name: 'a', uses: fixture('my_executor.ts') }],
      {},
      { images: { a: 'acme/a:1' } },
    )
    for (const one of [services.a, services.gateway])
      expect(one).toMatchObject({ entrypoint: ['xserve'], read_only: true, cap_drop: ['ALL'], tmpfs: ['/tmp'] })
  })

  test('a workspace of this machine is a folder of the container’s that can be written to', async () => {
    const own = { name: 'a', uses: fixture('my_executor.ts'), workspace: './kept' }
    const more = { images: { a: 'acme/a:1' } }
    expect((await compose([own], {}, more)).services.a.tmpfs).toEqual(['/tmp', '/workspace:uid=1000'])
    const kept = await compose([{ ...own, volumes: ['data:/workspace'] }], {}, more)
    expect(kept.services.a).toMatchObject({ tmpfs: ['/tmp'], volumes: ['data:/workspace'] })
  })

  // Public case 118.
  test('volumes, GPUs, limits', async () => {
    const { services, volumes } = await compose([
      {
        ...IMAGE,
        volumes: ['./a:/a', 'data:/b:ro', '/c'],
        gpus: 'device=0,2',
        resources: { limits: { cpu: '500m', memory: '1Gi' } },
      },
      { ...IMAGE, gpus: 'all' },
    ])
    expect(services.executor0.volumes).toEqual(['./a:/a', 'data:/b:ro', '/c'])
    expect(volumes).toEqual({ data: {} })
    const device = { driver: 'nvidia', device_ids: ['0', '2'], capabilities: ['gpu'] }
    expect(services.executor0.deploy.resources).toEqual({
      limits: { cpus: '0.5', memory: `${2 ** 30}b` },
      reservations: { devices: [device] },
    })
    expect(services.executor1.deploy.resources.reservations.devices[0].count).toBe('all')
  })

  test('secrets go through from the shell, by name', async () => {
    const { services, told } = await compose([{ ...IMAGE, envFromSecret: { PASSWORD: { name: 's', key: 'k' } } }])
    expect(services.executor0.environment).toEqual({ PASSWORD: null })
    expect(told).toEqual([expect.stringContaining('set PASSWORD in the shell')])
  })

  test('certificates are named from the file’s folder', async () => {
    const plan = await planOf([IMAGE], { port: 7000 })
    const tls = { certificateFile: `${import.meta.dir}/tls/c.pem`, keyFile: `${import.meta.dir}/../k.pem` }
    const options = { ...exporting(), networkName: 'net', folder: import.meta.dir }
    const text = exportCompose({ ...plan, gateway: { ...plan.gateway, tls } }, options)
    const { gateway } = readDocuments(text)[0].services
    const callers = { ...tls, callersFile: `${import.meta.dir}/tls/ca.pem` }
    const mutual = exportCompose({ ...plan, gateway: { ...plan.gateway, tls: callers } }, options)
    expect(readDocuments(mutual)[0].services.gateway.volumes).toContain('./tls/ca.pem:/etc/xserve/tls/ca.crt:ro')
    expect(JSON.stringify(readDocuments(mutual)[0].services.gateway.command)).toContain('/etc/xserve/tls/ca.crt')
    expect(text).not.toContain('ca.crt')
    expect(gateway.volumes).toEqual(['./tls/c.pem:/etc/xserve/tls/tls.crt:ro', '../k.pem:/etc/xserve/tls/tls.key:ro'])
    expect(gateway.networks).toEqual(['net'])
  })

  test.each<[string, Planned[0], string]>([
    [
      'names that replicas have, too',
      [
        { ...IMAGE, name: 'a', replicas: 2 },
        { ...IMAGE, name: 'a-rep-1' },
      ],
      'a-rep-1',
    ],
    ['memory that is none', [{ ...IMAGE, resources: { limits: { memory: 'much' } } }], 'memory is "much"'],
    ['a module', [{ name: 'm', uses: fixture('my_executor.ts') }], 'm (my_executor.ts)'],
  ])('refuses %s', async (_, executors, message) => {
    await expect(compose(executors)).rejects.toThrow(message)
  })
})
