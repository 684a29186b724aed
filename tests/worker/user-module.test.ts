/** Which export of a user's module is served, through a real worker. */
import { expect, test } from 'bun:test'
import path from 'node:path'
import { temporaryFolder } from '../helpers/xserve.ts'
import { Failed, spawnWorker } from './fixtures/start-worker.ts'

const SDK = "import { Executor, requests } from 'xserve'\n"
const A = 'export class A extends Executor {}\n'
const B = 'export class B extends Executor {}\n'

async function load(text: string, className: string | null = null): Promise<unknown> {
  using folder = temporaryFolder({ 'my-exec.ts': SDK + text })
  await using worker = await spawnWorker()
  try {
    return (await worker.load(path.join(folder.path, 'my-exec.ts'), className)).className
  } catch (error) {
    if (error instanceof Failed) return error.failure
    throw error
  }
}

test.each([
  ['the default export', `${A}export default class B extends Executor {}`, null, 'B'],
  ['the only one', `${A}export const other = 1`, null, 'A'],
  ['the only one under two names', `${A}export { A as Again }`, null, 'A'],
  ['one beside what comes from the SDK', `${A}export { Executor, requests } from 'xserve'`, null, 'A'],
  ['the one named', A + B, 'B', 'B'],
  ['the one exported under that name', `class C extends Executor {}\nexport { C as Served }\n${A}`, 'Served', 'C'],
  ['the default export by its name', `${A}export default class B extends Executor {}`, 'B', 'B'],
  ['a default function', 'export default function answer() {}', null, 'answer'],
  ['a default function without a name', 'export default () => {}', null, 'my-exec'],
  ['a default class without a name', 'export default class extends Executor {}', null, 'my-exec'],
])('%s', async (_, text, className, expected) => {
  expect(await load(text, className)).toBe(expected)
})

test.each([
  ['several', A + B, null, 'AMBIGUOUS_EXECUTOR', 'A, B', 'my-exec.ts#A'],
  ['none', 'export const answer = 42', null, 'NO_EXECUTOR', 'exports no Executor', 'it exports answer'],
  ['nothing at all', '', null, 'NO_EXECUTOR', 'exports no Executor', 'it exports nothing'],
  ['a class of another kind', 'export default class Other {}', null, 'NO_EXECUTOR', 'exports no Executor', 'default'],
  ['another name', A + B, 'C', 'NO_EXECUTOR', 'no Executor named C', 'it exports A, B'],
  ['a name of something else', 'export const answer = 42', 'answer', 'NO_EXECUTOR', 'named answer', 'extends Executor'],
])('%s is told as that', async (_, text, className, code, message, hint) => {
  expect(await load(text, className)).toMatchObject({
    code,
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
    where: expect.stringContaining('my-exec.ts'),
  })
})

test('bindings that cannot be are told before anything is made', async () => {
  const twice = 'export class A extends Executor {\n  @requests() a() {}\n  @requests() b() {}\n}'
  const missing = "export class A extends Executor {\n  static requests = { '/a': 'nope' }\n}"
  expect(await load(twice)).toMatchObject({ code: 'BAD_ENDPOINT', message: expect.stringContaining('/default twice') })
  expect(await load(missing)).toMatchObject({ code: 'BAD_ENDPOINT', message: expect.stringContaining('"nope"') })
})

test('a default generator function is a streaming endpoint', async () => {
  using folder = temporaryFolder({ 'spell.ts': 'export default function* spell({ doc }) { yield* doc.text }' })
  await using worker = await spawnWorker()
  await worker.load(path.join(folder.path, 'spell.ts'))
  expect((await worker.start()).streams).toEqual(['/default'])
  expect((await worker.post('/any', ['abc'])).texts).toEqual(['a', 'b', 'c'])
})
