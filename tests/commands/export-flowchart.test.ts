/** `xserve export flowchart`: Mermaid on stdout, pictures in files. */
import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryFolder, xserve } from '../helpers/xserve.ts'

const FLOW = 'jtype: Flow\nexecutors: [{name: a}, {name: b}]\n'

test('text on stdout where no file is named', async () => {
  using folder = temporaryFolder({ 'flow.yml': FLOW })
  const flow = path.join(folder.path, 'flow.yml')
  const { code, stdout, stderr } = await xserve(['export', 'flowchart', flow])
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toStartWith('flowchart LR\n')
  expect(stdout).toContain('\n  a --> b\n')
  expect((await xserve(['export', 'flowchart', flow, '-'])).stdout).toBe(stdout)
  expect((await xserve(['export', 'flowchart', flow, '--stdout', '--vertical-layout'])).stdout).toBe(
    stdout.replace('LR', 'TD'),
  )
})

test('the ending tells the kind of picture, and a picture of somebody else stays', async () => {
  using folder = temporaryFolder({ 'flow.yml': FLOW, 'mine.svg': '<svg/>' })
  const run = (...args: string[]) => xserve(['export', 'flowchart', 'flow.yml', ...args], { cwd: folder.path })
  for (const name of ['out/flow.svg', 'out/flow.png', 'out/flow.mmd', 'out/flow.md']) {
    expect(await run(name)).toEqual({ code: 0, stdout: `The picture is ${name}\n`, stderr: '' })
    expect((await run(name, '--vertical_layout')).code).toBe(0)
  }
  expect(readFileSync(path.join(folder.path, 'out/flow.png')).subarray(1, 4).toString()).toBe('PNG')
  const foreign = await run('mine.svg')
  expect([foreign.code, foreign.stderr]).toEqual([2, expect.stringContaining('--force')])
  expect(readFileSync(path.join(folder.path, 'mine.svg'), 'utf8')).toBe('<svg/>')
  expect((await run('mine.svg', '--force')).code).toBe(0)
})

test('what cannot be drawn is told, and nothing is written', async () => {
  using folder = temporaryFolder({ 'flow.yml': FLOW, 'bad.yml': FLOW.replace('name: b', 'name: a') })
  const run = (...args: string[]) => xserve(['export', 'flowchart', ...args], { cwd: folder.path })
  for (const [args, told] of [
    [[], 'xserve export flowchart flow.yml flow.svg'],
    [['flow.yml', 'flow.gif'], 'there are no pictures in .gif'],
    [['bad.yml', 'bad.svg'], 'two executors are called a'],
    [['nothing.yml', 'nothing.svg'], 'nothing.yml'],
    [['flow.yml', '--diff', 'old'], '--diff'],
  ] as const) {
    const { code, stdout, stderr } = await run(...args)
    expect([args, code, stdout, stderr]).toEqual([args, 2, '', expect.stringContaining(told)])
  }
  expect(existsSync(path.join(folder.path, 'bad.svg'))).toBe(false)
})
