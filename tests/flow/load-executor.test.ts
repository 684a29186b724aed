// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables in YAML look like this
/** `Executor.loadConfig`: an instance out of YAML, in the process of the caller. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Executor } from '../../lib/index.ts'
import { temporaryFolder } from '../helpers/xserve.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const at = (name: string) => path.join(folder.path, name)
mkdirSync(at('boxed'))
const SDK = path.join(import.meta.dir, '../../lib/index.ts')
writeFileSync(
  at('marks.ts'),
  `import { Executor } from ${JSON.stringify(SDK)}
export class Marks extends Executor {
  static override requests = { '/mark': 'mark' }
  ready = false
  constructor(public given: Record<string, unknown>) { super() }
  init() { this.ready = true }
  mark() { return 'marked ' + this.given.word }
}
export class Fails extends Executor { constructor() { super(); throw new RangeError('not today') } }
`,
)
const YAML =
  'jtype: Marks\npy_modules: marks.ts\nwith: {word: "${{ ENV.WORD }}", n: "${{ CONTEXT.n }}", kept: 1}\nmetas: {name: m}\n'
writeFileSync(at('exec.yml'), `${YAML}workspace: kept\nrequests: {/again: mark}\n`)
writeFileSync(at('boxed/config.yml'), 'jtype: Marks\npy_modules: ../marks.ts\n')

type Marks = Executor & { given: Record<string, unknown>; ready: boolean; mark(): string }
const load = async (...given: Parameters<typeof Executor.loadConfig>) => (await Executor.loadConfig(...given)) as Marks
const variables = { env: { WORD: 'W' }, context: { n: 2 } }

test('a file: class, arguments, metas, endpoints, a workspace beside it; init() has run', async () => {
  const executor = await load(at('exec.yml'), variables)
  expect(executor.given).toEqual({ word: 'W', n: 2, kept: 1 })
  expect([executor.ready, executor.mark(), executor.metas.name]).toEqual([true, 'marked W', 'm'])
  expect(executor.requests).toMatchObject({ '/mark': 'mark', '/again': 'mark' })
  expect(executor.runtimeArgs.workspace).toBe(at('kept'))
})

test('options go before the file', async () => {
  const executor = await load(at('exec.yml'), {
    ...variables,
    usesWith: { word: 'over' },
    name: 'own',
    usesMetas: { name: 'x' },
  })
  expect(executor.given).toMatchObject({ word: 'over', kept: 1 })
  expect([executor.name, executor.metas.name]).toEqual(['own', 'x'])
})

test('text, object, folder and module', async () => {
  const inPlace = YAML.replace('marks.ts', at('marks.ts'))
  expect((await load(inPlace, variables)).given.word).toBe('W')
  expect((await load({ jtype: 'Marks', py_modules: at('marks.ts'), with: { word: 1 } })).given).toEqual({ word: 1 })
  expect((await load(at('boxed'))).given).toEqual({})
  expect((await load(`${at('marks.ts')}#Marks`, { usesWith: { word: 5 } })).given).toEqual({ word: 5 })
})

describe('what is wrong is told', () => {
  test.each<[string, string | object, string | RegExp]>([
    ['a variable that is not there', at('exec.yml'), /exec\.yml:3:\d+ with\.word: there is no \$\{\{ ENV\.WORD \}\}/],
    ['a class that is not there', { jtype: 'Mark', py_modules: at('marks.ts') }, 'did you mean Marks?'],
    ['a key that is none', 'jtype: Marks\npy_modules: x.ts\nwiht: {}\n', /<text>:3:1 wiht: .*\n?/],
    ['an image', 'docker://acme/x', 'not of "docker://acme/x"'],
    ['no file', at('none.yml'), 'there is no file'],
    ['a class that fails', `${at('marks.ts')}#Fails`, 'not today'],
  ])('%s', async (_, given, message) => {
    const error = await Executor.loadConfig(given as string, {}).then(
      () => null,
      (thrown: Error & { details?: { hint?: string } }) => `${thrown.message} ${thrown.details?.hint ?? ''}`,
    )
    expect(error).toMatch(message)
  })
})
