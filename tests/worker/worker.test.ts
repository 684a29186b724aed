/** The child program, as a real process with a real link; the test plays its parent. */
import { describe, expect, test } from 'bun:test'
import path from 'node:path'
import { decodeValue } from '../../lib/protobuf/struct.ts'
import { fixture, temporaryFolder } from '../helpers/xserve.ts'
import { Failed, readyWorker, spawnWorker } from './fixtures/start-worker.ts'

const SDK = "import { Document, DocumentArray, Executor, requests } from 'xserve'\n"

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
