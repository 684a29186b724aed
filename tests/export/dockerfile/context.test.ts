/** The folder that an image is built from. tests/cluster builds and runs it. */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { writeContext } from '../../../lib/export/dockerfile/context.ts'
import type { DeploymentPlan } from '../../../lib/plan/plan.ts'
import { type AnyExecutor, planOf, readDocuments } from '../plans.ts'

const root = mkdtempSync(path.join(tmpdir(), 'xserve-context-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const binary = path.join(root, 'program')
writeFileSync(binary, 'the program')

let count = 0
/** Files of a project, by path; a value that begins with → is a link. */
function project(files: Readonly<Record<string, string>>): string {
  const folder = path.join(root, `project${count++}`)
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    if (text.startsWith('→')) symlinkSync(text.slice(1), file)
    else writeFileSync(file, text)
  }
  return folder
}
const EXEC = "import { Executor } from 'xserve'\nexport default class A extends Executor {}\n"

async function contextOf(executor: AnyExecutor, folder = path.join(root, `out${count++}`)) {
  const { deployments } = await planOf([executor])
  const written = writeContext(deployments[0] as DeploymentPlan, { folder, base: 'base:1', binary })
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
  return {
    ...written,
    folder,
    names: files.sort(),
    text: (name: string) => readFileSync(path.join(folder, name), 'utf8'),
  }
}

describe('writeContext()', () => {
  test('the program alone', () => {
    const folder = path.join(root, 'alone')
    writeContext(null, { folder, base: 'base:1', binary })
    expect(readdirSync(folder).sort()).toEqual(['.dockerignore', 'Dockerfile', 'bin'])
    expect(readFileSync(path.join(folder, 'Dockerfile'), 'utf8')).toMatch(
      /FROM base:1\n(?:.*\n)*ENTRYPOINT \["xserve"\]\n$/,
    )
    expect(readlinkSync(path.join(folder, 'bin/jina'))).toBe('xserve')
  })

  test('the project of the executor with what is installed, without secrets and histories', async () => {
    const folder = project({
      'package.json': '{}',
      'node_modules/left/index.js': '1',
      'execs/a.ts': EXEC,
      '.env': 'SECRET=1',
      '.env.local': 'SECRET=1',
      '.git/config': '',
      '.dockerignore': '*.log\nbig/\n',
      'x.log': '',
      'big/data.bin': '',
    })
    const { names, text } = await contextOf({ uses: path.join(folder, 'execs/a.ts'), usesWith: { n: 1 } })
    expect(names).toEqual([
      '.dockerignore',
      'Dockerfile',
      'app/.dockerignore',
      'app/execs/a.ts',
      'app/execs/config.yml',
      'app/node_modules/left/index.js',
      'app/package.json',
      'bin/jina',
      'bin/xserve',
    ])
    expect(readDocuments(text('app/execs/config.yml'))).toEqual([
      { jtype: 'default', py_modules: ['a.ts'], with: { n: 1 } },
    ])
    expect(text('Dockerfile')).toContain('WORKDIR /app/execs\n')
    expect(text('Dockerfile')).not.toContain('RUN')
    expect(text('Dockerfile')).toMatch(/^USER 1000:1000$/m)
  })

  test('what is mounted as its workspace becomes its user’s', async () => {
    const { text, folder } = await contextOf({ uses: path.join(project({ 'a.ts': EXEC }), 'a.ts') })
    expect(text('Dockerfile')).toContain('COPY --chown=1000:1000 kept/ /\n')
    expect(readdirSync(path.join(folder, 'kept/workspace'))).toEqual([])
  })

  test('a config.yml that was given is the description', async () => {
    const own = 'jtype: A\npy_modules: [a.ts]\nwith: {n: 2}\n'
    const folder = project({ 'boxed/config.yml': own, 'boxed/a.ts': EXEC })
    const { text } = await contextOf({ uses: path.join(folder, 'boxed') })
    expect(text('app/config.yml')).toBe(own)
  })

  test('links: within the project they stay, from elsewhere they are copied, in rings they end', async () => {
    const other = project({ 'lib/index.js': 'other', 'lib/again': '→..' })
    const folder = project({
      'package.json': '{}',
      'a.ts': EXEC,
      'real.txt': 'x',
      'near.txt': '→real.txt',
      'gone.txt': '→nowhere',
      'node_modules/other': `→${other}/lib`,
    })
    const { names, folder: out } = await contextOf({ uses: path.join(folder, 'a.ts') })
    expect(readlinkSync(path.join(out, 'app/near.txt'))).toBe('real.txt')
    expect(names).toContain('app/node_modules/other/index.js')
    expect(names).not.toContain('app/gone.txt')
  })

  test('equal sources have equal hashes, others others', async () => {
    const files = { 'package.json': '{}', 'a.ts': EXEC }
    const hashOf = async (more: Record<string, string>, own = {}) =>
      (await contextOf({ uses: path.join(project({ ...files, ...more }), 'a.ts'), ...own })).hash
    const first = await hashOf({})
    expect(await hashOf({})).toBe(first)
    expect(await hashOf({ 'b.ts': '' })).not.toBe(first)
    expect(await hashOf({ 'a.ts': `${EXEC}//` })).not.toBe(first)
    expect(await hashOf({}, { usesWith: { n: 1 } })).not.toBe(first)
  })

  test('writes over its own, and leaves a folder of somebody else', async () => {
    const uses = path.join(project({ 'a.ts': EXEC }), 'a.ts')
    const { folder } = await contextOf({ uses })
    writeFileSync(path.join(folder, 'app/stale.ts'), '')
    await contextOf({ uses }, folder)
    expect(existsSync(path.join(folder, 'app/stale.ts'))).toBeFalse()
    const theirs = project({ Dockerfile: 'FROM scratch' })
    await expect(contextOf({ uses }, theirs)).rejects.toThrow('was not written by an export')
  })

  test('a folder within the project does not take itself along', async () => {
    const folder = project({ 'a.ts': EXEC })
    const { names } = await contextOf({ uses: path.join(folder, 'a.ts') }, path.join(folder, 'image'))
    expect(names.filter((name) => name.startsWith('app/'))).toEqual(['app/a.ts', 'app/config.yml'])
  })

  test.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'another config.yml in its place',
      { 'a.ts': EXEC, 'config.yml': 'mine: 1' },
      'describes the executor in its image',
    ],
  ])('refuses %s', async (_, files, message) => {
    await expect(contextOf({ uses: path.join(project(files), 'a.ts') })).rejects.toThrow(message)
  })

  test('refuses modules that lie apart', async () => {
    const [one, two] = [project({ 'a.ts': EXEC }), project({ 'b.ts': 'export class B {}' })]
    const failing = contextOf({ uses: 'B', pyModules: [path.join(one, 'a.ts'), path.join(two, 'b.ts')] })
    await expect(failing).rejects.toThrow('is not in the project')
  })
})
