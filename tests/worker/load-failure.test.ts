/** Modules that cannot be loaded: what the worker reports says which file, line and column, and shows the line. */
import { afterAll, expect, test } from 'bun:test'
import path from 'node:path'
import { broken, temporaryFolder } from '../helpers/xserve.ts'
import { Failed, type Message, spawnWorker } from './fixtures/start-worker.ts'

const HEAD = "import { Executor, requests } from 'xserve'\n"
const folder = temporaryFolder({
  'inner.ts': `${HEAD}import { half } from './half.ts'\nexport default class A extends Executor { x = half }\n`,
  'half.ts': 'export const half = 1\nexport const other = (\n',
  'package.ts': `${HEAD}import x from 'not-installed-here'\nexport default class A extends Executor { x = x }\n`,
  'late.ts': `${HEAD}const m = await import('./nowhere.ts')\nexport default class A extends Executor { m = m }\n`,
  'throws.ts': `${HEAD}\nfunction deep() {\n  throw new RangeError('at load', { cause: new Error('below') })\n}\ndeep()\n`,
  'rejects.ts': `${HEAD}await Promise.reject(new TypeError('later'))\n`,
  'odd.ts': 'throw { toString() { throw 1 }, toJSON() { throw 1 } }\n',
  'text.ts': "throw 'just a text'\n",
  'export.ts': `import { Executor, nothingHere } from 'xserve'\nconsole.log(nothingHere)\nexport default class A extends Executor {}\n`,
  'decorator.ts': `${HEAD}export default class A extends Executor {\n  @requests({ onn: '/a' } as never) foo() {}\n}\n`,
})
afterAll(() => folder[Symbol.dispose]())

async function failureOf(file: string): Promise<Message<'failed'>['failure']> {
  await using worker = await spawnWorker()
  const error: unknown = await worker.load(file).catch((thrown: unknown) => thrown)
  if (!(error instanceof Failed)) throw new Error(`${file} was loaded`)
  return error.failure
}

test.each([
  ['syntax-error.ts', broken('syntax-error.ts'), /syntax-error\.ts:5:\d+$/, /end of file$/, '}'],
  ['a missing file', broken('missing-import.ts'), /missing-import\.ts:2:\d+$/, /no-such-file\.ts/, './no-such-file.ts'],
  ['an error in an imported file', 'inner.ts', /half\.ts:2:\d+$/, /Unexpected end of file/, 'export const other = ('],
  [
    'a package that is not installed',
    'package.ts',
    /package\.ts:2:15$/,
    /^Cannot find package 'not-installed-here'$/,
    "import x from 'not-installed-here'",
  ],
  ['a dynamic import', 'late.ts', /late\.ts:2:24$/, /nowhere\.ts/, "import('./nowhere.ts')"],
  ['a throw', 'throws.ts', /throws\.ts:4:\d+$/, /^RangeError: at load$/, 'caused by Error: below'],
  ['a rejection', 'rejects.ts', /rejects\.ts:2:\d+$/, /^TypeError: later$/, 'rejects.ts:2'],
])('%s is told by position', async (_, name, where, message, shown) => {
  const failure = await failureOf(path.resolve(folder.path, name))
  expect(failure.code).toBe('MODULE_FAILED')
  expect(failure.where).toMatch(where)
  expect(failure.message).toMatch(message)
  expect(failure.stack).toContain(shown)
})

test.each([
  ['text.ts', 'just a text'],
  ['odd.ts', '[object Object]'],
  ['export.ts', 'nothingHere'],
])('%s, which has no position, is told by its file', async (name, message) => {
  const file = path.join(folder.path, name)
  expect(await failureOf(file)).toMatchObject({ code: 'MODULE_FAILED', where: expect.stringContaining(file) })
  expect((await failureOf(file)).message).toContain(message)
})

test('a decorator that is used wrongly keeps its own code, with the place of its use', async () => {
  const failure = await failureOf(path.join(folder.path, 'decorator.ts'))
  expect(failure.code).toBe('BAD_ENDPOINT')
  expect(failure.where).toMatch(/decorator\.ts:3:\d+$/)
})

test('nothing of it names the loader’s own file', async () => {
  const failure = await failureOf(path.join(folder.path, 'not-there.ts'))
  expect(failure).toMatchObject({ code: 'MODULE_FAILED', where: path.join(folder.path, 'not-there.ts') })
  expect(JSON.stringify(failure)).not.toContain('user-module')
})
