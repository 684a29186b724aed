/** Exports as a user meets them: commands, images, the SDK. */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { readDocuments } from '../export/plans.ts'
import { xserve } from '../helpers/xserve.ts'

const root = mkdtempSync(path.join(tmpdir(), 'xserve-export-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const at = (name: string) => path.join(root, name)
const OWN = at('project/own.ts')
mkdirSync(at('project'))
writeFileSync(OWN, "import { Executor } from 'xserve'\nexport default class Own extends Executor {}\n")
const FLOW = `jtype: Flow
with: {name: shop, port: 7000}
executors:
  - {name: enc, uses: 'docker://acme/enc:1', replicas: 2}
  - {name: own, uses: 'project/own.ts'}
`
writeFileSync(at('flow.yml'), FLOW)
const run = (...args: string[]) => xserve(args, { cwd: root, env: { XSERVE_IMAGE: 'xserve:test' } })
const IMAGE = ['--image', 'own=acme/own:2']
const read = (name: string) => readFileSync(at(name), 'utf8')

describe('xserve export kubernetes', () => {
  test('writes a folder; again, nothing changes; another image is told by --diff and nothing is written', async () => {
    const { code, stdout } = await run('export', 'k8s', 'flow.yml', 'k8s', ...IMAGE)
    expect(code).toBe(0)
    expect(stdout).toContain('kubectl apply -R -f k8s, once there is the namespace: kubectl create namespace shop')
    expect(
      (readdirSync(at('k8s'), { recursive: true }) as string[]).filter((name) => name.endsWith('.yml')).sort(),
    ).toEqual(['enc/enc.yml', 'gateway/gateway.yml', 'own/own.yml'])
    const [map] = readDocuments(read('k8s/enc/enc.yml'))
    expect(map.metadata.namespace).toBe('shop')
    expect(await run('export', 'kubernetes', 'flow.yml', '--diff', 'k8s', ...IMAGE)).toMatchObject({
      code: 0,
      stdout: 'nothing would change\n',
    })
    const before = read('k8s/own/own.yml')
    const diff = await run('export', 'k8s', 'flow.yml', '--diff', 'k8s', '--image', 'own=acme/own:3')
    expect(diff.code).toBe(1)
    expect(diff.stdout).toBe('changed own/own.yml\n  -        image: acme/own:2\n  +        image: acme/own:3\n')
    expect(read('k8s/own/own.yml')).toBe(before)
    expect((await run('export', 'k8s', 'flow.yml', 'k8s', ...IMAGE)).code).toBe(0)
  })

  test('--format helm is a chart', async () => {
    const { stdout } = await run('export', 'k8s', 'flow.yml', 'chart', '--format', 'helm', ...IMAGE)
    expect(stdout).toContain('helm upgrade --install NAME chart')
    expect((readdirSync(at('chart'), { recursive: true }) as string[]).sort()).toEqual([
      ...['Chart.yaml', 'templates', 'templates/enc-enc.yml', 'templates/gateway-gateway.yml', 'templates/own-own.yml'],
      'values.yaml',
    ])
  })

  test('--stdout is one stream of documents', async () => {
    const { stdout } = await run('export', 'k8s', 'flow.yml', '--stdout', '--no-include-gateway', ...IMAGE)
    expect(readDocuments(stdout).map(({ kind }) => kind)).toEqual([
      ...['ConfigMap', 'Service', 'Deployment'],
      ...['ConfigMap', 'Service', 'Deployment'],
    ])
  })

  test('an executor alone, with the options of executors and of its gateway', async () => {
    const words = [
      'docker://acme/enc:1',
      '--stdout',
      '--port-expose',
      '8080',
      '--replicas',
      '3',
      '--uses-with',
      '{"n":1}',
    ]
    const { stdout, code } = await run('export', 'k8s', ...words, '--k8s-namespace', 'prod')
    expect(code).toBe(0)
    const objects = readDocuments(stdout)
    expect(
      objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'gateway').spec.ports[0].port,
    ).toBe(8080)
    const { spec } = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'executor0')
    expect(spec.replicas).toBe(3)
    expect(spec.template.spec.containers[0].args).toContain('{"n":1}')
    expect(objects[0].metadata.namespace).toBe('prod')
  })

  test('tells where the image of the gateway comes from, unless another is named', async () => {
    const words = ['export', 'k8s', 'docker://acme/enc:1', '--stdout']
    const told = await xserve(words, { env: { XSERVE_IMAGE: '', JINA_GATEWAY_IMAGE: '' } })
    expect(told.stderr).toMatch(/^warning the image of the gateway is xserve:\d.*xserve build gateway/)
    expect((await run(...words)).stderr).toBe('')
    expect((await xserve([...words, '--no-include-gateway'], { env: { XSERVE_IMAGE: '' } })).stderr).toBe('')
  })

  // Public case 117.
  test('modules without images are refused, all named, nothing is written', async () => {
    const { code, stderr } = await run('export', 'k8s', 'flow.yml', 'never')
    expect(code).toBe(2)
    expect(stderr).toMatch(/own \(own\.ts\) \[NOT_CONTAINERIZED\]\n.*docker:.*--image.*--build/)
    expect(existsSync(at('never'))).toBeFalse()
  })

  test.each<[string, string[], string]>([
    ['no folder', ['k8s', 'flow.yml', ...IMAGE], 'where to?'],
    ['no file', ['k8s'], 'what is to be exported?'],
    ['another target', ['kubernets', 'flow.yml', 'x'], 'did you mean kubernetes?'],
    ['a namespace', ['k8s', 'flow.yml', 'x', ...IMAGE, '--k8s-namespace', 'a_b'], 'namespace "a_b" cannot be'],
    ['a format', ['k8s', 'flow.yml', 'x', ...IMAGE, '--format', 'jsonnet'], '--format is manifests, kustomize or helm'],
    ['a mesh', ['k8s', 'flow.yml', 'x', ...IMAGE, '--mesh', 'istio'], '--mesh is linkerd or none'],
    ['a range', ['k8s', 'flow.yml', 'x', ...IMAGE, '--autoscale', '5:2'], '--autoscale "5:2"'],
    ['an image without a name', ['k8s', 'flow.yml', 'x', '--image', 'acme'], '--image "acme"'],
  ])('refuses %s', async (_, words, message) => {
    const { code, stderr } = await run('export', ...words)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(existsSync(at('x'))).toBeFalse()
  })
})

describe('xserve export docker-compose', () => {
  test('writes the file, leaves one that is somebody’s', async () => {
    const { code, stdout } = await run('export', 'compose', 'flow.yml', ...IMAGE, '--network-name', 'net')
    expect(stdout).toContain('docker compose -f docker-compose.yml up')
    expect(code).toBe(0)
    expect(Object.keys(readDocuments(read('docker-compose.yml'))[0].services)).toEqual([
      ...['enc-rep-0', 'enc-rep-1', 'own', 'gateway'],
    ])
    expect(
      (await run('export', 'compose', 'flow.yml', '--diff', 'docker-compose.yml', ...IMAGE, '--network-name', 'net'))
        .code,
    ).toBe(0)
    writeFileSync(at('theirs.yml'), 'services: {}\n')
    const refused = await run('export', 'compose', 'flow.yml', 'theirs.yml', ...IMAGE)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('--force')
    expect(read('theirs.yml')).toBe('services: {}\n')
    expect((await run('export', 'compose', 'flow.yml', 'theirs.yml', ...IMAGE, '--force')).code).toBe(0)
  })
})

describe('images', () => {
  // A builder that tells what it was given.
  const bin = at('bin')
  mkdirSync(bin)
  writeFileSync(
    path.join(bin, 'docker'),
    `#!/bin/sh\necho "$@" >> ${at('built')}\ncat "$4/Dockerfile" >> ${at('built')}\n[ "$3" != bad:1 ]\n`,
  )
  chmodSync(path.join(bin, 'docker'), 0o755)
  writeFileSync(at('program'), 'the program')
  const build = (...args: string[]) =>
    xserve([...args, '--base', 'base:1', '--binary', at('program')], {
      cwd: root,
      env: { PATH: `${bin}:${process.env.PATH}`, XSERVE_IMAGE: '' },
    })

  test('xserve build', async () => {
    const { code, stdout } = await build('build', OWN, '--tag', 'acme/own:1')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'acme/own:1\n' })
    expect(read('built')).toMatch(/^build --tag acme\/own:1 \S+\n(?:.*\n)*FROM base:1\n/)
    expect(await build('build', OWN, '--tag', 'bad:1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('[BUILD_FAILED]'),
    })
    expect(await build('build', OWN)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--tag'),
    })
  })

  test('export --build makes what a Flow needs and names it after what is in it', async () => {
    rmSync(at('built'), { force: true })
    const { code, stdout } = await build(
      'export',
      'compose',
      'flow.yml',
      '--stdout',
      '--build',
      '--repository',
      'reg.example.com/t',
    )
    expect(code).toBe(0)
    const { own, gateway } = readDocuments(stdout)[0].services
    expect(own.image).toMatch(/^reg\.example\.com\/t\/own:[0-9a-f]{12}$/)
    expect(gateway.image).toMatch(/^reg\.example\.com\/t\/xserve:\d/)
    const tags = [...read('built').matchAll(/^build --tag (\S+)/gm)].map(([, tag]) => tag!)
    expect(tags).toEqual([own.image, gateway.image])
  })

  test('a gateway of the user’s own gets an image, too', async () => {
    writeFileSync(at('gated.yml'), `${FLOW}gateway: {uses: project/own.ts, protocol: http, uses_with: {word: mine}}\n`)
    const { stdout } = await build('export', 'compose', 'gated.yml', '--stdout', '--build')
    const { gateway } = readDocuments(stdout)[0].services
    expect(gateway).toMatchObject({ image: expect.stringMatching(/^gateway:[0-9a-f]{12}$/), entrypoint: ['xserve'] })
    expect(gateway.command.slice(0, 3)).toEqual(['gateway', '--uses', 'config.yml'])
    const refused = await build('export', 'compose', 'gated.yml', '--stdout', ...IMAGE)
    expect(refused.stderr).toContain('the gateway (own.ts)')
  })

  test('xserve export dockerfile', async () => {
    const { code } = await build('export', 'dockerfile', 'gateway', 'context')
    expect(code).toBe(0)
    expect(readFileSync(at('context/bin/xserve'), 'utf8')).toBe('the program')
    expect((await build('export', 'dockerfile', 'flow.yml', 'other')).stderr).toContain('an image has one')
  })

  test('nobody there who builds', async () => {
    const { code, stderr } = await xserve(['build', OWN, '--tag', 'a:1', '--binary', at('program')], {
      env: { PATH: '/nowhere' },
    })
    expect(code).toBe(1)
    expect(stderr).toContain('there is no builder of images')
  })
})

test('the SDK writes the same', async () => {
  writeFileSync(
    at('script.ts'),
    `import { Deployment, Executor, Flow } from 'xserve'
     export class MyExec extends Executor {}
     const { SHARED } = Executor.StandaloneExecutorType
     const uses = 'docker://acme/enc:1'
     await MyExec.toKubernetesYaml({ uses, outputBasePath: 'sdk/k8s', portExpose: 8080, usesWith: { n: 1 } })
     await MyExec.toKubernetesYaml({ uses, outputBasePath: 'sdk/shared', executorType: SHARED, k8sNamespace: 'prod' })
     await MyExec.toDockerComposeYaml({ uses, outputPath: 'sdk/compose.yml', portExpose: 8080, networkName: 'net' })
     const flow = new Flow({ name: 'shop', port: 7000 }).add({ name: 'enc', uses, replicas: 2 }).add({ name: 'own', uses: MyExec })
     const options = { images: { own: 'acme/own:2' }, gatewayImage: 'xserve:test' }
     console.log((await flow.toKubernetesYaml('sdk/flow', options)).length)
     console.log((await flow.plot('sdk/flow.png', { verticalLayout: true })).split('\\n').filter((line) => /flowchart|-->/.test(line)).join())
     try { await flow.plot('sdk/flow.gif') } catch (error) { console.log(error.code) }
     await new Deployment({ uses, port: 1 }).toDockerComposeYaml('sdk/deployment.yml')
     try { await flow.toDockerComposeYaml('sdk/never.yml') } catch (error) { console.log(error.code) }`,
  )
  const { code, stdout, stderr } = await run('script', 'script.ts')
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout:
      '3\nflowchart TD,  gatewaystart --> enc,  enc --> own,  own --> gatewayend\nBAD_ARGUMENT\nNOT_CONTAINERIZED\n',
  })
  expect(stderr).toContain('kubectl apply -R -f sdk/k8s')
  expect(readFileSync(at('sdk/flow.png')).subarray(1, 4).toString()).toBe('PNG')
  expect(readdirSync(at('sdk/k8s')).sort()).toEqual(['executor0', 'gateway'])
  expect(readdirSync(at('sdk/shared'))).toEqual(['executor0'])
  const [, service] = readDocuments(read('sdk/k8s/gateway/gateway.yml'))
  expect(service.spec.ports[0].port).toBe(8080)
  expect(Object.keys(readDocuments(read('sdk/compose.yml'))[0].networks)).toEqual(['net'])
  expect(Object.keys(readDocuments(read('sdk/deployment.yml'))[0].services)).toEqual(['executor', 'gateway'])
  expect(existsSync(at('sdk/never.yml'))).toBeFalse()
  // The graph and all settings: the same as from YAML.
  await run('export', 'k8s', 'flow.yml', 'yaml', ...IMAGE)
  expect(read('sdk/flow/gateway/gateway.yml')).toBe(read('yaml/gateway/gateway.yml'))
})
