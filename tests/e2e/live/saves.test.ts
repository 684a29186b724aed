/** Every way in which a file is saved, and every file that counts: what is served after it. */
import { expect, test } from 'bun:test'
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { caller } from '../../helpers/grpc.ts'
import { answer, type LiveProject, liveProject, serves, versionSource } from '../../helpers/live.ts'
import { startServer, temporaryFolder } from '../../helpers/xserve.ts'

const reloads = ({ server }: LiveProject): number => server.stderr().split('Refreshing the Executor').length - 1

type Save = (file: string, text: string) => void | Promise<void>

const SAVES: Readonly<Record<string, Save>> = {
  'in place': (file, text) => writeFileSync(file, text),
  async 'emptied, then written in two parts'(file, text) {
    const handle = openSync(file, 'w')
    await Bun.sleep(15)
    writeSync(handle, text.slice(0, 200))
    await Bun.sleep(15)
    writeSync(handle, text.slice(200))
    closeSync(handle)
  },
  'by a rename over it'(file, text) {
    writeFileSync(`${file}.tmp`, text)
    renameSync(`${file}.tmp`, file)
  },
  'as vim does'(file, text) {
    renameSync(file, `${file}~`)
    writeFileSync(file, text)
    unlinkSync(`${file}~`)
  },
  'as JetBrains does'(file, text) {
    writeFileSync(`${file}___jb_tmp___`, text)
    renameSync(file, `${file}___jb_old___`)
    renameSync(`${file}___jb_tmp___`, file)
    unlinkSync(`${file}___jb_old___`)
  },
  async 'deleted, and made again'(file, text) {
    unlinkSync(file)
    await Bun.sleep(30)
    writeFileSync(file, text)
  },
}

// Public cases 13, 14.
test.each(Object.keys(SAVES))('%s, five times', async (name) => {
  await using project = await liveProject()
  using call = caller(project.server.address)
  for (let version = 1; version <= 5; version++) {
    await SAVES[name]!(project.file, versionSource(version))
    await serves(call, `version ${version}`)
  }
})

// Public case 12.
test('one save is one reload, told in the words of the documentation; no change is none', async () => {
  await using project = await liveProject()
  using call = caller(project.server.address)
  for (let version = 1; version <= 5; version++) {
    project.save(version)
    await serves(call, `version ${version}`)
    await project.server.seen(`closed version ${version - 1}`)
  }
  project.save(5)
  project.save(5)
  project.save(6)
  await serves(call, 'version 6')
  expect(reloads(project)).toBe(6)
  expect(project.server.stderr()).toMatch(
    new RegExp(
      `^INFO  executor0/rep-0@\\d+ detected changes in: \\['${project.file}'\\]\\. Refreshing the Executor$`,
      'm',
    ),
  )
})

// Public case 3.
test('what is watched is said at the start', async () => {
  await using project = await liveProject([], { 'lib/a.ts': '', 'data.json': '{}', '.gitignore': 'x/', 'x/y.ts': '' })
  await project.server.seen(`executor0: watching 2 files in ${project.folder}`)
})

// Public cases 9, 17.
test('imports: below, beside and elsewhere; new ones join, dropped ones leave', async () => {
  using other = temporaryFolder({ 'far.ts': "export const far = 'far 0'" })
  const far = path.join(other.path, 'far.ts')
  const importing = (from: string) =>
    `import { Executor, requests } from 'xserve'\nimport { far } from '${from}'\nexport default class extends Executor {\n  @requests() f({ docs }) { for (const doc of docs) doc.text = far }\n}\n`
  await using project = await liveProject()
  using call = caller(project.server.address)
  project.write('versions.ts', importing(far))
  await serves(call, 'far 0')
  // By what was loaded, so that it does not matter when exactly the log says so.
  for (const text of ['far 1', 'far 2']) {
    writeFileSync(far, `export const far = '${text}'`)
    await serves(call, text)
  }
  mkdirSync(path.join(project.folder, 'lib/deep'), { recursive: true })
  project.write('lib/deep/near.ts', "export const far = 'near 0'")
  project.write('versions.ts', importing('./lib/deep/near.ts'))
  await serves(call, 'near 0')
  project.write('lib/deep/near.ts', "export const far = 'near 1'")
  await serves(call, 'near 1')
  const before = reloads(project)
  writeFileSync(far, "export const far = 'nobody'")
  project.write('lib/deep/near.ts', "export const far = 'near 2'")
  await serves(call, 'near 2')
  expect(reloads(project)).toBe(before + 1)
})

// Public case 11.
test('data that is imported is code, too; what the executor writes in its folder is not', async () => {
  const source = `import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Executor, requests } from 'xserve'
import words from './words.json'
export default class extends Executor {
  @requests() f({ docs }) {
    writeFileSync(path.join(import.meta.dir, 'cache.json'), String(Math.random()))
    appendFileSync(path.join(import.meta.dir, 'calls.log'), 'called')
    appendFileSync(path.join(import.meta.dir, 'data.db'), 'x')
    for (const doc of docs) doc.text = words.hello
  }
}`
  await using project = await liveProject([], { 'versions.ts': source, 'words.json': '{"hello": "hi"}' })
  using call = caller(project.server.address)
  for (let i = 0; i < 20; i++) expect(await answer(call)).toBe('hi')
  project.write('words.json', '{"hello": "good day"}')
  await serves(call, 'good day')
  expect(reloads(project)).toBe(1)
})

test('an executor that writes source files at each start does not reload for ever', async () => {
  const writing = `  async init() { await Bun.write(import.meta.dir + '/generated.ts', 'export const at = ' + performance.now() * 1e6) }`
  await using project = await liveProject()
  using call = caller(project.server.address)
  project.save(1, writing)
  await project.server.seen(/generated\.ts'\] change again and again, and nobody imports them: they are left alone/)
  const before = reloads(project)
  project.save(2, writing)
  await serves(call, 'version 2')
  await project.server.seen('closed version 1')
  expect(reloads(project)).toBe(before + 1)
})

// Public case 12.
test('a checkout of many files is two reloads at most', async () => {
  const module = (i: number, version: number) => `export const part${i} = ${version}`
  const parts = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`parts/p${i}.ts`, module(i, 0)]))
  const source = (version: number) =>
    `${Array.from({ length: 60 }, (_, i) => `import { part${i} } from './parts/p${i}.ts'`).join('\n')}\nconst parts = [${Array.from({ length: 60 }, (_, i) => `part${i}`).join(', ')}]\n${versionSource(version).replace(`'version ${version}'`, "'parts ' + [...new Set(parts)].join(' ')")}`
  await using project = await liveProject([], { ...parts, 'versions.ts': source(0) })
  const git = (...args: string[]) => {
    const author = ['-c', 'user.name=x', '-c', 'user.email=x@example.org']
    const { exitCode, stderr } = Bun.spawnSync(['git', ...author, ...args], { cwd: project.folder })
    if (exitCode !== 0) throw new Error(stderr.toString())
  }
  git('init', '-q', '-b', 'zero')
  git('add', '-A')
  git('commit', '-q', '-m', 'zero')
  using call = caller(project.server.address)
  expect(await answer(call)).toBe('parts 0')
  // Made elsewhere, so that only the checkout touches the folder.
  using other = temporaryFolder()
  git('clone', '-q', project.folder, other.path)
  const inOther = { cwd: other.path }
  for (let i = 0; i < 60; i++) writeFileSync(path.join(other.path, `parts/p${i}.ts`), module(i, 1))
  Bun.spawnSync(['git', '-c', 'user.name=x', '-c', 'user.email=x@example.org', 'commit', '-qam', 'one'], inOther)
  Bun.spawnSync(['git', 'branch', '-m', 'one'], inOther)
  git('fetch', '-q', other.path, 'one:one')
  git('checkout', '-q', 'one')
  await serves(call, 'parts 1')
  expect(reloads(project)).toBeLessThanOrEqual(2)
})

test('a link that is exchanged as Kubernetes does it, for a file and what it imports', async () => {
  using folder = temporaryFolder({ '..1/exec.ts': versionSource(1), '..2/exec.ts': versionSource(2) })
  const at = (name: string) => path.join(folder.path, name)
  symlinkSync('..1', at('..data'))
  symlinkSync('..data/exec.ts', at('exec.ts'))
  await using server = await startServer('run', [at('exec.ts'), '--reload'])
  using call = caller(server.address)
  expect(await answer(call)).toBe('version 1')
  symlinkSync('..2', at('..data_tmp'))
  renameSync(at('..data_tmp'), at('..data'))
  rmSync(at('..1'), { recursive: true })
  await serves(call, 'version 2')
  expect(server.stderr().split('Refreshing').length - 1).toBe(1)
})

// Public case 18.
test('--watch-poll looks by itself', async () => {
  await using project = await liveProject(['--watch-poll', '20'])
  using call = caller(project.server.address)
  for (let version = 1; version <= 3; version++) {
    project.save(version)
    await serves(call, `version ${version}`)
  }
  const { stdout } = Bun.spawnSync(['sh', '-c', `ls -l /proc/${project.server.pid}/fd | grep -c inotify`])
  expect(stdout.toString().trim()).toBe('0')
})

test('without --reload an edit changes nothing', async () => {
  using folder = temporaryFolder({ 'versions.ts': versionSource(0) })
  const file = path.join(folder.path, 'versions.ts')
  await using server = await startServer('run', [file])
  using call = caller(server.address)
  appendFileSync(file, '// edited')
  writeFileSync(file, versionSource(1))
  for (let i = 0; i < 50; i++) expect(await answer(call)).toBe('version 0')
  expect(server.stderr()).not.toContain('watching')
})
