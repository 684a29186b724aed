/** What a module that does not load is made of. */
import { expect, test } from 'bun:test'
import path from 'node:path'
import { reachableFiles } from '../../lib/worker/reachable-files.ts'
import { temporaryFolder } from '../helpers/xserve.ts'

const reach = (folder: string, ...names: string[]) =>
  reachableFiles(names.map((name) => path.join(folder, name)))
    .map((file) => path.relative(folder, file))
    .sort()

test('imports of imports, of every form, round in a circle, without node_modules', () => {
  using folder = temporaryFolder({
    'exec.ts':
      `import { Executor } from 'xserve'\nimport './lib/a'\nimport data from '../data.json'\nconst c = require('./c.js')\nexport const later = () => import('./d.mts')\nimport 'pkg'\n`.replace(
        '../data.json',
        './data.json',
      ),
    'lib/a.ts': `export * from '../exec.ts'\nimport type { T } from './types.ts'\nexport const a = 1\n`,
    'c.js': 'module.exports = 1',
    'd.mts': 'export {}',
    'data.json': '{}',
    'node_modules/pkg/index.js': '',
  })
  expect(reach(folder.path, 'exec.ts')).toEqual(['c.js', 'd.mts', 'data.json', 'exec.ts', 'lib/a.ts'])
})

test('a file with a syntax error is read all the same, and what is missing may come under several names', () => {
  using folder = temporaryFolder({
    'exec.ts': `import { x } from './broken.ts'\nexport default class extends Executor {}`,
    'broken.ts': `import { y } from "./y.ts"\nimport './soon'\nconst x = (\n`,
    'y.ts': '',
  })
  expect(reach(folder.path, 'exec.ts', 'gone.ts')).toEqual(
    [
      'broken.ts',
      'exec.ts',
      'gone.ts',
      'soon.js',
      'soon.json',
      'soon.mjs',
      'soon.ts',
      'soon.tsx',
      'soon/index.js',
      'soon/index.ts',
      'y.ts',
    ].sort(),
  )
})

test('names from tsconfig are followed', () => {
  using folder = temporaryFolder({
    'tsconfig.json': '{"compilerOptions": {"paths": {"@lib/*": ["./lib/*"]}}}',
    'exec.ts': `import '@lib/a.ts'\n`,
    'lib/a.ts': '',
  })
  expect(reach(folder.path, 'exec.ts')).toEqual(['exec.ts', 'lib/a.ts'])
})
