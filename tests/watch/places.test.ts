/** Where changes are seen: single files, links, folders that come and go, many files, and without the help of the system. */
import { afterEach, expect, test } from 'bun:test'
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { atEnd, closeProjects, onlyMarker, project } from './project.ts'

afterEach(closeProjects)

test('single files elsewhere, whatever they are named, there or not yet', async () => {
  const other = mkdtempSync(path.join(tmpdir(), 'xserve-watch-other-'))
  atEnd(() => rmSync(other, { recursive: true, force: true }))
  const yaml = path.join(other, 'exec.yml')
  const later = path.join(other, 'later.json')
  writeFileSync(yaml, 'a: 1')
  const one = project({}, { files: [yaml, later] })
  writeFileSync(path.join(other, 'unrelated.yml'), 'x')
  writeFileSync(yaml, 'a: 2')
  expect((await one.next()).map((file) => path.basename(file))).toEqual(['exec.yml'])
  writeFileSync(later, '{}')
  expect((await one.next()).map((file) => path.basename(file))).toEqual(['later.json'])
})

test('a link that is exchanged two levels above, as Kubernetes does it', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'xserve-watch-k8s-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  const at = (name: string) => path.join(folder, name)
  mkdirSync(at('..1'))
  writeFileSync(at('..1/exec.yml'), 'a: 1')
  symlinkSync('..1', at('..data'))
  symlinkSync('..data/exec.yml', at('exec.yml'))
  const one = project({}, { folders: [], files: [at('exec.yml')] })
  mkdirSync(at('..2'))
  writeFileSync(at('..2/exec.yml'), 'a: 2')
  symlinkSync('..2', at('..data_tmp'))
  renameSync(at('..data_tmp'), at('..data'))
  rmSync(at('..1'), { recursive: true })
  expect((await one.next()).map((file) => path.basename(file))).toEqual(['exec.yml'])
  expect(one.batches).toHaveLength(1)
})

test('a linked source file, and a folder that links to itself', async () => {
  const other = mkdtempSync(path.join(tmpdir(), 'xserve-watch-link-'))
  atEnd(() => rmSync(other, { recursive: true, force: true }))
  writeFileSync(path.join(other, 'real.ts'), '1')
  const one = project({}, { files: [] }, (folder) => {
    symlinkSync(path.join(other, 'real.ts'), path.join(folder, 'link.ts'))
    symlinkSync(folder, path.join(folder, 'self'))
  })
  one.watch.update({ folders: [one.folder], files: [path.join(one.folder, 'link.ts')] })
  writeFileSync(path.join(other, 'real.ts'), '2')
  expect(await one.next()).toEqual(['link.ts'])
})

test('what joins counts as it is then; what leaves is told no more', async () => {
  const one = project({}, { folders: [] })
  const file = path.join(one.folder, 'data.json')
  writeFileSync(file, '1')
  one.watch.update({ folders: [], files: [file] })
  expect(one.watch.files).toEqual([file])
  writeFileSync(file, '2')
  expect(await one.next()).toEqual(['data.json'])
  one.watch.update({ folders: [one.folder], files: [] })
  writeFileSync(file, '3')
  await onlyMarker(one)
})

test('a folder that is thrown away and made again is watched again', async () => {
  const one = project({}, {}, (folder) => {
    mkdirSync(path.join(folder, 'lib'))
    writeFileSync(path.join(folder, 'lib/x.ts'), '0')
  })
  for (let i = 1; i < 4; i++) {
    rmSync(path.join(one.folder, 'lib'), { recursive: true })
    mkdirSync(path.join(one.folder, 'lib'))
    one.write('lib/x.ts', `${i}`)
    expect(await one.next()).toEqual(['lib/x.ts'])
    one.write('lib/x.ts', `${i} again`)
    expect(await one.next()).toEqual(['lib/x.ts'])
  }
})

test('a link that leads to another folder: what is in that, and its changes', async () => {
  const other = mkdtempSync(path.join(tmpdir(), 'xserve-watch-releases-'))
  atEnd(() => rmSync(other, { recursive: true, force: true }))
  for (const release of ['1', '2']) {
    mkdirSync(path.join(other, release))
    writeFileSync(path.join(other, release, 'x.ts'), release)
  }
  const one = project({}, {}, (folder) => symlinkSync(path.join(other, '1'), path.join(folder, 'current.d')))
  symlinkSync(path.join(other, '2'), path.join(one.folder, 'next.d'))
  renameSync(path.join(one.folder, 'next.d'), path.join(one.folder, 'current.d'))
  expect(await one.next()).toEqual(['current.d/x.ts'])
  writeFileSync(path.join(other, '2/x.ts'), 'edited')
  expect(await one.next()).toEqual(['current.d/x.ts'])
})

test('two saves within a tick of the clock, of one length', async () => {
  const one = project({ quietMs: 0 })
  for (let i = 0; i < 20; i++) {
    one.write('exec.ts', `a${i}`.padEnd(8))
    await one.next()
    one.write('exec.ts', `b${i}`.padEnd(8))
    expect(await one.next()).toEqual(['exec.ts'])
  }
})

test('what was written after a moment counts as changed, when it is there from the start and when it joins', async () => {
  const since = Date.now() - 10_000
  const one = project({ since })
  expect(await one.next()).toEqual(['exec.ts'])
  const other = mkdtempSync(path.join(tmpdir(), 'xserve-watch-join-'))
  atEnd(() => rmSync(other, { recursive: true, force: true }))
  const [old, young] = [path.join(other, 'old.ts'), path.join(other, 'young.ts')]
  writeFileSync(old, '1')
  writeFileSync(young, '1')
  one.watch.update({ folders: [one.folder], files: [old] }, Date.now() + 10_000)
  one.watch.update({ folders: [one.folder], files: [old, young] }, since)
  expect((await one.next()).map((file) => path.basename(file))).toEqual(['young.ts'])
})

test('a change among two thousand files is looked for in its own place', async () => {
  const one = project({}, {}, (folder) => {
    for (let i = 0; i < 200; i++) {
      mkdirSync(path.join(folder, `d${i}`))
      for (let j = 0; j < 10; j++) writeFileSync(path.join(folder, `d${i}/f${j}.ts`), `${j}`)
    }
  })
  expect(one.watch.files).toHaveLength(2001)
  const before = process.cpuUsage()
  for (let i = 0; i < 20; i++) {
    one.write('d7/f3.ts', `version ${i}`)
    expect(await one.next()).toEqual(['d7/f3.ts'])
  }
  const { user, system } = process.cpuUsage(before)
  // A look at all of them takes 10 ms and more.
  expect((user + system) / 1000 / 20).toBeLessThan(5)
})

// Public case 18.
test('by looking instead of events', async () => {
  const one = project({
    pollMs: 10,
    watchFolder: () => {
      throw new Error('not to be asked')
    },
  })
  one.write('exec.ts', 'second')
  expect(await one.next()).toEqual(['exec.ts'])
})

// Public case 19.
test('where the system has no watches left it says so once and goes on by looking', async () => {
  const one = project({
    watchFolder: () => {
      throw Object.assign(new Error('none left'), { code: 'ENOSPC' })
    },
  })
  one.write('exec.ts', 'second')
  expect(await one.next()).toEqual(['exec.ts'])
  appendFileSync(path.join(one.folder, 'exec.ts'), '!')
  expect(await one.next()).toEqual(['exec.ts'])
  expect(one.warnings).toEqual([expect.stringContaining('ENOSPC')])
})
