/** What user code may import in a worker, and how it is found. */
import { describe, expect, test } from 'bun:test'
import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { decodeValue } from '../../lib/protobuf/struct.ts'
import { FIXTURES, temporaryFolder } from '../helpers/xserve.ts'
import { readyWorker, spawnWorker } from './fixtures/start-worker.ts'

const SDK = "import { Document, DocumentArray, Executor, requests } from 'xserve'\n"

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
