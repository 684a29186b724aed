/** What a user's module may import, with the program itself, started from another folder. */
import { expect, test } from 'bun:test'
import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { caller, texts } from '../helpers/grpc.ts'
import { startServer, temporaryFolder } from '../helpers/xserve.ts'

test('relative files, tsconfig paths, ESM and CommonJS packages, a native addon', async () => {
  using folder = temporaryFolder({
    'exec.ts': `
      import { Executor, requests, type DocumentArray } from 'xserve'
      import { crc32 } from '@node-rs/crc32'
      import { near } from './near.ts'
      import { mapped } from '@app/mapped'
      import { esm } from 'esm-package'
      import common from 'common-package'

      export default class Imports extends Executor {
        @requests()
        all({ docs }: { docs: DocumentArray }) {
          docs[0] = [near, mapped, esm, common.value, crc32('hello')].join(' ')
        }
      }`,
    'near.ts': "export const near = 'near'",
    'app/mapped.ts': "export const mapped = 'mapped'",
    'tsconfig.json': '{ "compilerOptions": { "paths": { "@app/*": ["./app/*"] } } }',
    'node_modules/esm-package/package.json': '{ "name": "esm-package", "type": "module", "exports": "./main.js" }',
    'node_modules/esm-package/main.js': "export const esm = 'esm'",
    'node_modules/common-package/package.json': '{ "name": "common-package", "main": "./main.cjs" }',
    'node_modules/common-package/main.cjs': "module.exports = { value: 'common' }",
  })
  const packages = path.join(import.meta.dir, '../../node_modules/@node-rs')
  symlinkSync(packages, path.join(folder.path, 'node_modules/@node-rs'))
  using elsewhere = temporaryFolder()
  await using server = await startServer('run', [path.join(folder.path, 'exec.ts')], { cwd: elsewhere.path })
  using call = caller(server.address)
  expect(texts(await call.post('/', [{ id: 'a' }]))).toEqual(['near mapped esm common 907060870'])
})
