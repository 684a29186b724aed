/** `xserve new`: what it writes runs, is checked by tsc, and is served as a Flow. */
import { expect, test } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'

const TSC = path.join(import.meta.dir, '../../node_modules/.bin/tsc')

test('a project that runs, alone and as a Flow, and that editors know', async () => {
  using folder = temporaryFolder()
  const made = await xserve(['new', 'my-search'], { cwd: folder.path })
  expect([made.code, made.stderr]).toEqual([0, ''])
  expect(made.stdout).toContain('  cd my-search\n  xserve flow flow.yml --reload\n')
  const project = path.join(folder.path, 'my-search')

  const checked = Bun.spawnSync([process.execPath, '--bun', TSC, '-p', '.'], { cwd: project, timeout: 60_000 })
  expect([checked.exitCode, `${checked.stdout}${checked.stderr}`]).toEqual([0, ''])

  {
    await using server = await startServer('run', ['executor.ts'], { cwd: project })
    const { code, stdout } = await xserve(['post', server.address, '--text', 'Ada', '--show', 'text'])
    expect([code, stdout]).toEqual([0, 'hello, Ada\n'])
  }
  // The port that is written there may be taken here.
  const flow = path.join(project, 'flow.yml')
  const text = readFileSync(flow, 'utf8')
  expect(text).toContain('port: 54321')
  writeFileSync(flow, text.replace('54321', '0'))
  await using server = await startServer('flow', ['flow.yml'], { cwd: project })
  const { code, stdout } = await xserve(['post', server.address, '--text', 'Grace', '--show', 'text'])
  expect([code, stdout]).toEqual([0, 'hello, Grace\n'])
}, 90_000)

test('a name that is taken, or missing, is told, and nothing is touched', async () => {
  using folder = temporaryFolder({ 'taken/file': 'mine' })
  const taken = await xserve(['new', 'taken'], { cwd: folder.path })
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('the folder taken is not empty')])
  expect(existsSync(path.join(folder.path, 'taken/flow.yml'))).toBe(false)
  const missing = await xserve(['new'], { cwd: folder.path })
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('xserve new my-search')])
})
