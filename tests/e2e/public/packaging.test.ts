/** What users met with single-file programs elsewhere: code that comes later, packages of the user's, settings of a folder, decorators. */
import { describe, expect, test } from 'bun:test'
import { copyFileSync } from 'node:fs'
import path from 'node:path'
import { Client } from '../../../lib/client/client.ts'
import { until } from '../../helpers/until.ts'
import { COMMAND, startServer, temporaryFolder, xserve } from '../../helpers/xserve.ts'

const ask = async (address: string, on = '/'): Promise<string | undefined> => {
  using client = new Client(address)
  return (await client.post(on, 'x')).texts[0]
}
const executor = (body: string, imports = '') => `import { Executor, requests } from 'xserve'
${imports}
export default class Mine extends Executor {
  @requests() mark({ docs }) { ${body} }
}
`

// The sources are no single file.
// Public case 122.
test.if(COMMAND.length === 1)('the binary alone, in an empty folder, serves a file of another one', async () => {
  using home = temporaryFolder()
  using folder = temporaryFolder({
    'exec.ts': executor(
      'for (const doc of docs) doc.text = help + (this instanceof Executor)',
      "import { help } from './lib/h'",
    ),
    'lib/h.ts': "export const help = 'helped '",
  })
  const binary = path.join(home.path, 'xserve')
  copyFileSync(COMMAND[0]!, binary)
  const child = Bun.spawn([binary, 'run', path.join(folder.path, 'exec.ts'), '--port', '0'], {
    cwd: home.path,
    env: { NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  try {
    let told = ''
    const decoder = new TextDecoder()
    for await (const piece of child.stderr) {
      told += decoder.decode(piece)
      if (told.includes('endpoints')) break
    }
    expect(await ask(`127.0.0.1:${/gRPC +\S+:(\d+)/.exec(told)![1]}`)).toBe('helped true')
  } finally {
    child.kill()
    await child.exited
  }
})

test('packages of the user’s resolve from the file, alone, in a Flow and after a reload; a missing one is named', async () => {
  const source = (word: string) =>
    executor(
      `for (const doc of docs) doc.text = [plain, scoped, mapped, common.value, data.word, alias, above, '${word}'].join(' ')`,
      `import { plain } from 'plain'
import { scoped } from '@scope/lib'
import { mapped } from 'maps/inner'
import common from 'common'
import data from './data.json'
import { alias } from '~/alias'
import { above } from 'above'`,
    )
  using folder = temporaryFolder({
    'app/exec.ts': source('one'),
    'app/data.json': '{"word": "json"}',
    'app/src/alias.ts': "export const alias = 'alias'",
    'app/tsconfig.json': '{ "compilerOptions": { "paths": { "~/*": ["./src/*"] } } }',
    'app/node_modules/plain/package.json': '{ "name": "plain", "type": "module", "main": "main.js" }',
    'app/node_modules/plain/main.js': "export const plain = 'plain'",
    'app/node_modules/@scope/lib/package.json': '{ "name": "@scope/lib", "type": "module", "main": "main.js" }',
    'app/node_modules/@scope/lib/main.js': "export const scoped = 'scoped'",
    'app/node_modules/maps/package.json':
      '{ "name": "maps", "type": "module", "exports": { "./inner": "./deep/inner.js" } }',
    'app/node_modules/maps/deep/inner.js': "export const mapped = 'mapped'",
    'app/node_modules/common/package.json': '{ "name": "common", "main": "./main.cjs" }',
    'app/node_modules/common/main.cjs': "module.exports = { value: 'common' }",
    'node_modules/above/package.json': '{ "name": "above", "type": "module", "main": "main.js" }',
    'node_modules/above/main.js': "export const above = 'above'",
    'flow.yml': 'jtype: Flow\nwith: {port: 0}\nexecutors:\n  - {uses: app/exec.ts}\n',
    'missing/exec.ts': executor('', "import 'leftlib'"),
  })
  const at = (name: string) => path.join(folder.path, name)
  const all = 'plain scoped mapped common json alias above '
  await using flow = await startServer('flow', [at('flow.yml')])
  await using server = await startServer('run', [at('app/exec.ts'), '--reload'])
  expect([await ask(flow.address), await ask(server.address)]).toEqual([`${all}one`, `${all}one`])
  await Bun.write(at('app/exec.ts'), source('two'))
  await until(async () => (await ask(server.address)) === `${all}two`)
  const missing = await xserve(['run', at('missing/exec.ts'), '--port', '0'])
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringMatching(/missing\/exec\.ts:2:\d+.*leftlib/)])
})

// Public case 124.
test('.env and bunfig.toml of a folder mean nothing, unless a file is named', async () => {
  using folder = temporaryFolder({
    '.env': 'FOO=bar\nXSERVE_PORT=1\nXSERVE_LOG_FORMAT=json\n',
    'own.env': 'FOO=given\n',
    'bunfig.toml': 'preload = ["./evil.ts"]\n',
    'evil.ts': "console.log('EVIL')\nconsole.error('EVIL')\n",
    'exec.ts': executor('for (const doc of docs) doc.text = String(process.env.FOO)'),
    'flow.yml': 'jtype: Flow\nwith: {port: 0}\nexecutors:\n  - {uses: exec.ts, env_file: own.env}\n',
  })
  const options = { cwd: folder.path }
  const version = await xserve(['--version'], options)
  expect(version.stdout + version.stderr).not.toContain('EVIL')
  await using server = await startServer('run', ['exec.ts'], options)
  expect(await ask(server.address)).toBe('undefined')
  await using flow = await startServer('flow', ['flow.yml'], options)
  expect(await ask(flow.address)).toBe('given')
  for (const one of [server, flow]) expect(one.stderr() + one.stdout()).not.toContain('EVIL')
})

// Public case 125.
describe('endpoints are bound the same', () => {
  const decorated = `import { Executor, requests } from 'xserve'
export default class Mine extends Executor {
  @requests any({ docs }) { for (const doc of docs) doc.text = 'any' }
  @requests({ on: '/one' }) one({ docs }) { for (const doc of docs) doc.text = 'one' }
}
`
  const mapped = `import { Executor } from 'xserve'
export default class Mine extends Executor {
  static requests = { '/default': 'any', '/one': 'one' };
  any({ docs }) { for (const doc of docs) doc.text = 'any' }
  one({ docs }) { for (const doc of docs) doc.text = 'one' }
}
`
  const legacy = '{ "compilerOptions": { "experimentalDecorators": true } }'
  // Public case 123.
  test.each<[string, Record<string, string>, string, string]>([
    ['without a tsconfig', { 'code/exec.ts': decorated }, 'code/exec.ts', ''],
    [
      'with legacy decorators where it is started',
      { 'code/exec.ts': decorated, 'here/tsconfig.json': legacy },
      'code/exec.ts',
      'here',
    ],
    [
      'with legacy decorators beside the file',
      { 'code/exec.ts': decorated, 'code/tsconfig.json': legacy },
      'code/exec.ts',
      '',
    ],
    ['as JavaScript', { 'code/exec.js': decorated }, 'code/exec.js', ''],
    ['by a map', { 'code/exec.ts': mapped }, 'code/exec.ts', ''],
  ])('%s', async (_, files, file, here) => {
    using folder = temporaryFolder(files)
    const cwd = path.join(folder.path, here)
    await using server = await startServer('run', [path.join(folder.path, file)], { cwd })
    expect([await ask(server.address, '/one'), await ask(server.address, '/other')]).toEqual(['one', 'any'])
  })
})
