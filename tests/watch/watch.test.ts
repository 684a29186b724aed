/** Every way in which files are saved, on real files: what is told, and what is not. */
import { afterEach, expect, test } from 'bun:test'
import { closeSync, mkdirSync, openSync, renameSync, unlinkSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'

import { closeProjects, onlyMarker, project } from './project.ts'

afterEach(closeProjects)

test('written in place, again and again', async () => {
  const one = project()
  for (let i = 0; i < 5; i++) {
    one.write('exec.ts', `version ${i}`)
    expect(await one.next()).toEqual(['exec.ts'])
  }
})

// Public case 14.
test('another file renamed over it, five times', async () => {
  const one = project()
  const file = path.join(one.folder, 'exec.ts')
  for (let i = 0; i < 5; i++) {
    writeFileSync(`${file}.tmp`, `version ${i}`)
    renameSync(`${file}.tmp`, file)
    expect(await one.next()).toEqual(['exec.ts'])
  }
})

// Public case 14.
test('as vim saves: the old one aside, a new one, the old one away', async () => {
  const one = project()
  const file = path.join(one.folder, 'exec.ts')
  for (let i = 0; i < 3; i++) {
    renameSync(file, `${file}~`)
    writeFileSync(file, `version ${i}`)
    unlinkSync(`${file}~`)
    expect(await one.next()).toEqual(['exec.ts'])
  }
})

// Public case 13.
test('emptied, then written: the empty file is never told', async () => {
  const one = project()
  const file = path.join(one.folder, 'exec.ts')
  for (let i = 0; i < 5; i++) {
    const handle = openSync(file, 'w')
    await Bun.sleep(40)
    writeSync(handle, `version ${i}`)
    closeSync(handle)
    expect(await one.next()).toEqual(['exec.ts'])
    expect(await Bun.file(file).text()).toBe(`version ${i}`)
  }
  expect(one.batches).toHaveLength(5)
})

test('deleted and made again; deleted for good is told, too', async () => {
  const one = project()
  const file = path.join(one.folder, 'exec.ts')
  unlinkSync(file)
  await Bun.sleep(20)
  writeFileSync(file, 'again')
  expect(await one.next()).toEqual(['exec.ts'])
  unlinkSync(file)
  expect(await one.next()).toEqual(['exec.ts'])
  writeFileSync(file, 'back')
  expect(await one.next()).toEqual(['exec.ts'])
})

// Public case 17.
test('new folders and new files in them', async () => {
  const one = project()
  mkdirSync(path.join(one.folder, 'lib/new'), { recursive: true })
  one.write('lib/new/x.ts', '1')
  expect(await one.next()).toEqual(['lib/new/x.ts'])
  one.write('lib/new/x.ts', '2')
  expect(await one.next()).toEqual(['lib/new/x.ts'])
})

test('the same content is no change', async () => {
  const one = project()
  one.write('exec.ts', 'first')
  await onlyMarker(one)
})

// Public case 19.
test('data, logs, dot files, node_modules and what .gitignore names are passed over', async () => {
  const one = project({}, {}, (folder) => {
    for (const name of ['node_modules/p', '.git', 'build', '.cache'])
      mkdirSync(path.join(folder, name), { recursive: true })
  })
  for (const name of [
    'cache.json',
    'data.db',
    'run.log',
    '.exec.ts.swp',
    '.env',
    'node_modules/p/index.ts',
    '.git/x.ts',
  ])
    one.write(name, 'x')
  for (const name of ['build/out.ts', 'a.generated.ts', '.cache/y.ts', 'exec.ts~', '4913']) one.write(name, 'x')
  await onlyMarker(one)
})

test('a burst of many files is told in two batches at most', async () => {
  const one = project()
  for (let i = 0; i < 300; i++) {
    one.write(`f${i}.ts`, `${i}`)
    if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  const told = new Set<string>()
  while (told.size < 300) for (const file of await one.next()) told.add(file)
  expect(one.batches.length).toBeLessThanOrEqual(2)
})
