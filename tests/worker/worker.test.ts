/** The child program, as a real process with a real link; the test plays its parent. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { decodeData, encodeData } from '../../lib/document/data-content.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { decodeAnswer, encodeCall } from '../../lib/link/messages.ts'
import { decodeValue, encodeStruct } from '../../lib/protobuf/struct.ts'
import { decodeStatus } from '../../lib/wire/status.ts'
import { FIXTURES, fixture, temporaryFolder } from '../helpers/xserve.ts'
import { Failed, readyWorker, spawnWorker, type TestWorker, WORKER } from './fixtures/start-worker.ts'

const SDK = "import { Document, DocumentArray, Executor, requests } from 'xserve'\n"
const EMPTY = new Uint8Array(0)

describe('steps', () => {
  test('hello, loaded, ready; then calls', async () => {
    await using worker = await spawnWorker()
    const loaded = await worker.load(fixture('my_executor.ts'))
    expect(loaded).toEqual({
      kind: 'loaded',
      className: 'MyExec',
      endpoints: ['/default'],
      modules: [fixture('my_executor.ts')],
    })
    expect(await worker.start()).toEqual({
      kind: 'ready',
      className: 'MyExec',
      endpoints: ['/default'],
      streams: [],
      modules: [fixture('my_executor.ts')],
      schemas: {},
    })
    expect((await worker.post('/foo', [{ id: 'a' }])).toJSON()).toEqual([{ id: 'a', text: 'executed MyExec' }])
  })

  test('what the executor is told is there in its constructor and its methods', async () => {
    using folder = temporaryFolder()
    await using worker = await readyWorker(fixture('tells.ts'), {
      name: 'given',
      pod: 'given/shard-1/rep-2',
      shardId: 1,
      shards: 2,
      replicas: 3,
      replicaId: 2,
      workspace: folder.path,
      usesWith: { k: 1, deep: { list: [true, null] } },
      usesMetas: { name: 'mine', description: 'why' },
      usesRequests: { '/new': 'all' },
    })
    expect(decodeValue((await worker.call('/new', ['x'])).extra)).toEqual({
      given: { k: 1, deep: { list: [true, null] } },
      inConstructor: 'given mine given/shard-1/rep-2',
      started: true,
      name: 'given',
      metas: { name: 'mine', description: 'why' },
      runtimeArgs: {
        name: 'given/shard-1/rep-2',
        shardId: 1,
        shards: 2,
        replicas: 3,
        replicaId: 2,
        workspace: folder.path,
      },
      requests: expect.objectContaining({ '/new': 'all', '/slow': 'slow' }),
    })
    expect(await worker.next('log')).toMatchObject({ level: 'warn', text: "asked for 1 { what: 'all' }" })
    expect(decodeValue((await worker.call('/workspace', ['x'])).extra)).toEqual({
      workspace: path.join(folder.path, 'mine', '1'),
    })
    expect((await worker.call('/all', ['x'])).unchanged).toBe(true)
  })

  test('the metas name is the class’s unless it is given', async () => {
    await using worker = await readyWorker(fixture('tells.ts'))
    const told = decodeValue((await worker.call('/all', [])).extra) as { metas: { name: string } }
    expect(told.metas.name).toBe('Tells')
  })
})

describe('forms of executors', () => {
  test.each([
    ['function-module.ts', null, 'function-module', { '/x': 'by a function' }],
    ['static-map.ts', null, 'StaticMap', { '/a': 'first', '/b': 'second', '/x': 'other' }],
    ['inherited.ts', null, 'Child', { '/kept': 'kept by the child', '/rebound': 'after' }],
    ['inherited.ts', 'Parent', 'Parent', { '/kept': 'kept by the parent', '/rebound': 'before' }],
  ])('%s#%s is served as %s', async (file, className, name, expected) => {
    await using worker = await spawnWorker()
    expect(await worker.load(fixture(file), className)).toMatchObject({ className: name })
    await worker.start()
    for (const [endpoint, text] of Object.entries(expected)) {
      expect((await worker.post(endpoint, ['given'])).texts).toEqual([text])
    }
  })

  const files: Record<string, string> = {
    'anonymous.ts': `${SDK}export default class extends Executor { @requests() a({ docs }) { docs[0] = 'anonymous' } }`,
    'common.cjs': `const { Executor } = require('xserve')\nmodule.exports = class Common extends Executor {\n  static requests = { '/default': 'a' }\n  a({ docs }) { docs[0] = 'common' }\n}`,
    'plain.mjs': `import { Executor } from 'xserve'\nexport class Plain extends Executor {\n  static requests = { '/default': 'a' }\n  a({ docs }) { docs[0] = 'plain' }\n}`,
    'named.ts': `${SDK}class Inner extends Executor { @requests() a({ docs }) { docs[0] = 'inner' } }\nexport { Inner as Outer, Inner }`,
  }
  test.each([
    ['anonymous.ts', 'anonymous', 'anonymous'],
    ['common.cjs', 'Common', 'common'],
    ['plain.mjs', 'Plain', 'plain'],
    ['named.ts', 'Inner', 'inner'],
  ])('%s is served as %s', async (file, name, text) => {
    using folder = temporaryFolder(files)
    await using worker = await spawnWorker()
    expect(await worker.load(path.join(folder.path, file))).toMatchObject({ className: name })
    await worker.start()
    expect((await worker.post('/', ['x'])).texts).toEqual([text])
  })

  test('decorators compiled in the legacy form', async () => {
    using folder = temporaryFolder({
      'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
      'exec.ts': `${SDK}export default class A extends Executor { @requests({ on: '/a' }) a({ docs }) { docs[0] = 'legacy' } @requests b({ docs }) { docs[0] = 'bare' } }`,
    })
    await using worker = await spawnWorker({ cwd: folder.path })
    await worker.load(path.join(folder.path, 'exec.ts'))
    await worker.start()
    expect((await worker.post('/a', ['x'])).texts).toEqual(['legacy'])
    expect((await worker.post('/b', ['x'])).texts).toEqual(['bare'])
  })
})

describe('the user’s imports', () => {
  test('resolve from the user’s file: relative, tsconfig paths, packages of both kinds; from any folder', async () => {
    using folder = temporaryFolder({
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
      'exec.ts': `${SDK}import { near } from './near.ts'\nimport { mapped } from '@lib/mapped.ts'\nimport { esm } from 'esm-package'\nimport common from 'common-package'\nexport default class A extends Executor { @requests() a() { return { all: [near, mapped, esm, common.value] } } }`,
      'near.ts': "export const near = 'near'",
      'lib/mapped.ts': "export const mapped = 'mapped'",
      'node_modules/esm-package/package.json': '{ "name": "esm-package", "type": "module", "exports": "./main.js" }',
      'node_modules/esm-package/main.js': "export const esm = 'esm'",
      'node_modules/common-package/package.json': '{ "name": "common-package", "main": "./main.js" }',
      'node_modules/common-package/main.js': "module.exports = { value: 'common' }",
    })
    await using worker = await spawnWorker({ cwd: '/' })
    const { modules } = await worker.load(path.join(folder.path, 'exec.ts'))
    expect(modules.map((name) => path.relative(folder.path, name)).sort()).toEqual([
      'exec.ts',
      'lib/mapped.ts',
      'near.ts',
    ])
    await worker.start()
    expect(decodeValue((await worker.call('/', [])).extra)).toEqual({ all: ['near', 'mapped', 'esm', 'common'] })
  })

  test('a native addon loads', async () => {
    const addons = [
      ...new Bun.Glob('**/*.node').scanSync({ cwd: path.join(FIXTURES, '../node_modules'), absolute: true }),
    ]
    const addon = addons.find((name) => name.includes(process.platform) || name.includes('linux'))
    expect(addon).toBeDefined()
    using folder = temporaryFolder({
      'exec.ts': `${SDK}import { createRequire } from 'node:module'\nconst addon = createRequire(import.meta.url)(${JSON.stringify(addon)})\nexport default class A extends Executor { @requests() a() { return { names: Object.keys(addon).length } } }`,
    })
    await using worker = await readyWorker(path.join(folder.path, 'exec.ts'))
    const { names } = decodeValue((await worker.call('/', [])).extra) as { names: number }
    expect(names).toBeGreaterThan(0)
  })

  test("'xserve' is the SDK of this program, whatever is in node_modules, and the same one for packages", async () => {
    using folder = temporaryFolder({
      'exec.ts': `${SDK}import { Shared } from 'shared-executor'\nexport default class A extends Shared {}`,
      'node_modules/xserve/package.json': '{ "name": "xserve", "main": "./main.js" }',
      'node_modules/xserve/main.js': "throw new Error('another xserve')",
      'node_modules/shared-executor/package.json':
        '{ "name": "shared-executor", "type": "module", "exports": "./main.ts" }',
      'node_modules/shared-executor/main.ts': `${SDK}export class Shared extends Executor { @requests() a() { return new DocumentArray([new Document('shared')]) } }`,
    })
    await using worker = await readyWorker(path.join(folder.path, 'exec.ts'))
    expect((await worker.post('/', [])).texts).toEqual(['shared'])
  })

  test('a module that is reached by a link is found', async () => {
    using folder = temporaryFolder({ 'real/exec.ts': `${SDK}export default class A extends Executor {}` })
    mkdirSync(path.join(folder.path, 'linked'))
    symlinkSync('../real/exec.ts', path.join(folder.path, 'linked/exec.ts'))
    await using worker = await spawnWorker()
    expect(await worker.load(path.join(folder.path, 'linked/exec.ts'))).toMatchObject({ className: 'A' })
  })

  test('Client is there, and is loaded only when it is used', async () => {
    using folder = temporaryFolder({
      'exec.ts': `import { Client, Executor, requests } from 'xserve'
const loaded = () => Object.keys(require.cache).some((name) => name.includes('grpc-js'))
export default class A extends Executor {
  @requests() a() {
    const before = loaded()
    const client = new Client({ port: 1 })
    return { before, after: loaded(), is: client instanceof Client, post: typeof client.post }
  }
}`,
    })
    await using worker = await readyWorker(path.join(folder.path, 'exec.ts'))
    expect(decodeValue((await worker.call('/', [])).extra)).toEqual({
      before: false,
      // Modules inside the binary are in no cache.
      after: !process.env.XSERVE_BINARY,
      is: true,
      post: 'function',
    })
  })
})

describe('a start that fails is told with its step, code and place', () => {
  const failureOf = async (text: string, executor = {}, name = 'exec.ts') => {
    using folder = temporaryFolder({ [name]: text })
    const file = path.join(folder.path, name)
    await using worker = await spawnWorker()
    const failed = await (async () => {
      await worker.load(file)
      await worker.start(executor)
    })().catch((error: unknown) => error)
    if (!(failed instanceof Failed)) throw failed ?? new Error('it did not fail')
    return { ...failed.failure, where: failed.failure.where?.replace(`${folder.path}/`, '') }
  }

  test.each([
    ['constructor() { super(); throw new RangeError("too big") }'],
    ['init() { throw new RangeError("too big") }'],
    ['async init() { await 1; throw new RangeError("too big") }'],
  ])('%s', async (member) => {
    const failure = await failureOf(`${SDK}export default class A extends Executor {\n  ${member}\n}\n`)
    expect(failure).toMatchObject({ code: 'START_FAILED', message: 'RangeError: too big' })
    expect(failure.where).toMatch(/^exec\.ts:3:\d+$/)
    expect(failure.stack).toContain('exec.ts:3:')
    expect(failure.stack).not.toMatch(/lib\/(worker|executor)|native/)
  })

  test('a constructor that throws no Error', async () => {
    const failure = await failureOf(
      `${SDK}export default class A extends Executor {\n  constructor() { super(); throw 'text' }\n}\n`,
    )
    expect(failure).toMatchObject({ code: 'START_FAILED', message: 'text' })
  })

  test('--uses-requests that names no method', async () => {
    const failure = await failureOf(`${SDK}export default class A extends Executor { a() {} }`, {
      usesRequests: { '/x': 'b' },
    })
    expect(failure).toMatchObject({ code: 'BAD_ENDPOINT', message: expect.stringContaining('"b"'), hint: 'methods: a' })
  })

  test('a decorator that is used wrongly, with its place', async () => {
    const failure = await failureOf(
      `${SDK}export default class A extends Executor {\n  @requests({ inputs: {} })\n  a() {}\n}\n`,
    )
    expect(failure).toMatchObject({ code: 'BAD_ENDPOINT', message: expect.stringContaining('"inputs"') })
    expect(failure.where).toMatch(/^exec\.ts:3:\d+$/)
  })
})

describe('calls', () => {
  let worker: TestWorker
  beforeAll(async () => {
    worker = await readyWorker(fixture('tells.ts'))
  })
  afterAll(() => worker[Symbol.asyncDispose]())

  test('asynchronous methods run side by side', async () => {
    const order: string[] = []
    const slow = worker.call('/slow', ['x'], { parameters: { ms: 60 } }).then(() => order.push('slow'))
    const quick = worker.call('/slow', ['x'], { parameters: { ms: 1 } }).then(() => order.push('quick'))
    await Promise.all([slow, quick])
    expect(order).toEqual(['quick', 'slow'])
  })

  test('a caller that goes aborts the signal', async () => {
    const data = encodeData(new DocumentArray(['x']))
    const message = { endpoint: '/waits', trace: '', deadline: 0, parameters: EMPTY, branches: [{ name: '', data }] }
    const call = worker.link.call(encodeCall(message))
    call.answer.catch(() => {})
    while ((await worker.next('log')).text !== 'waiting');
    call.cancel()
    expect(await worker.next('log')).toMatchObject({ text: 'gave up: AbortError' })
  })

  test('a deadline aborts the signal in time', async () => {
    const answer = await worker.call('/waits', ['x'], { deadline: Date.now() + 30 })
    expect(decodeValue(answer.extra)).toEqual({ reason: 'TimeoutError' })
  })

  test('a floating rejection and a late throw are logged with their place, and survived', async () => {
    await worker.call('/floating', ['x'])
    const texts: string[] = []
    while (texts.length < 2) {
      const { level, text } = await worker.next('log')
      if (level === 'error') texts.push(text)
    }
    expect(texts.join('\n')).toContain('nobody waits')
    expect(texts.join('\n')).toContain('too late')
    for (const text of texts) expect(text).toMatch(/tells\.ts:\d+:\d+/)
    expect((await worker.call('/slow', ['x'], { parameters: { ms: 0 } })).failed).toBe(false)
  })

  test('what a method throws says where', async () => {
    await using trouble = await readyWorker(fixture('trouble.ts'))
    const answer = await trouble.call('/throws', ['x'])
    const { exception } = decodeStatus(answer.extra)
    expect(exception!.stacks.join('')).toMatch(/trouble\.ts:\d+:\d+/)
    expect(exception!.stacks.join('')).not.toMatch(/lib\/(executor|worker|link)|\(native/)
  })

  test('ten thousand at once are all answered', async () => {
    const data = encodeData(new DocumentArray([{ id: 'a' }]))
    const message = {
      endpoint: '/slow',
      trace: '',
      deadline: 0,
      parameters: encodeStruct({ ms: 0 }),
      branches: [{ name: '', data }],
    }
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, () => worker.link.call(encodeCall(message)).answer),
    )
    expect(answers.every((answer) => decodeData(decodeAnswer(answer).data).texts[0] === 'slow')).toBe(true)
  })
})

describe('the end', () => {
  test('drain lets calls finish, runs close() once, and the closed link ends the process', async () => {
    await using worker = await readyWorker(fixture('tells.ts'))
    const slow = worker.post('/slow', ['x'], { parameters: { ms: 50 } })
    await worker.call('/all', [])
    worker.link.control({ kind: 'drain' })
    worker.link.control({ kind: 'drain' })
    await worker.next('drained')
    expect((await slow).texts).toEqual(['slow'])
    worker.link.close()
    expect(await worker.child.exited).toBe(0)
    const logged: string[] = []
    for (;;) {
      const message = await worker.next('log').catch(() => null)
      if (message === null) break
      logged.push(message.text)
    }
    expect(logged.filter((text) => text === 'closed')).toHaveLength(1)
  })

  test('a close() that throws is told, and the worker is drained all the same', async () => {
    using folder = temporaryFolder({
      'exec.ts': `${SDK}export default class A extends Executor {\n  async close() { throw new RangeError('not now') }\n}`,
    })
    await using worker = await readyWorker(path.join(folder.path, 'exec.ts'))
    worker.link.control({ kind: 'drain' })
    const failed = await worker.next('drained').catch((error: Failed) => error)
    expect((failed as Failed).failure).toMatchObject({
      message: 'RangeError: not now',
      where: expect.stringMatching(/exec\.ts:3/),
    })
    await worker.next('drained')
  })

  test('signals of the terminal are the parent’s affair', async () => {
    await using worker = await readyWorker(fixture('tells.ts'))
    worker.child.kill('SIGINT')
    worker.child.kill('SIGTERM')
    expect((await worker.post('/slow', ['x'], { parameters: { ms: 30 } })).texts).toEqual(['slow'])
  })

  test('a closed link ends it at once, calls under way or not', async () => {
    await using worker = await readyWorker(fixture('tells.ts'))
    worker.call('/waits', ['x']).catch(() => {})
    while ((await worker.next('log')).text !== 'waiting');
    worker.link.close()
    expect(await worker.child.exited).toBe(0)
  })

  test('without a link it says what it is', async () => {
    const child = Bun.spawnSync([...WORKER])
    expect([child.exitCode, child.stdout.toString()]).toEqual([2, ''])
    expect(child.stderr.toString()).toContain('xserve run FILE')
  })
})
