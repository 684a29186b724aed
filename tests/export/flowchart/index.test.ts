/** Pictures in files, and what is left alone. */
import { expect, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { flowchartText, writeFlowchart } from '../../../lib/export/flowchart/index.ts'
import { planFlow } from '../../../lib/plan/plan-flow.ts'
import { temporaryFolder } from '../../helpers/xserve.ts'

const planOf = (...names: string[]) =>
  planFlow(
    {},
    names.map((name) => ({ name })),
    { folder: '/' },
  )

test('each kind of picture, in folders that are made; the same for the same Flow, anew for another', async () => {
  using folder = temporaryFolder()
  const [one, other] = [await planOf('a'), await planOf('a', 'b')]
  const begins = { mmd: 'flowchart LR\n', md: '```mermaid\nflowchart LR\n', svg: '<svg ', png: '\ufffdPNG' }
  for (const [ending, begin] of Object.entries(begins)) {
    const file = path.join(folder.path, 'deep/er', `flow.${ending}`)
    await writeFlowchart(one, file)
    const first = readFileSync(file)
    expect(first.toString()).toStartWith(begin)
    await writeFlowchart(one, file)
    expect(readFileSync(file).equals(first)).toBe(true)
    await writeFlowchart(other, file)
    expect(readFileSync(file).equals(first)).toBe(false)
  }
})

test('a file of somebody else stays, unless it is forced away', async () => {
  using folder = temporaryFolder({ 'flow.svg': '<svg/>', 'readme.md': '# Mine\n' })
  const plan = await planOf('a')
  for (const [name, text] of [
    ['flow.svg', '<svg/>'],
    ['readme.md', '# Mine\n'],
  ] as const) {
    const file = path.join(folder.path, name)
    const refused = { code: 'BAD_ARGUMENT', details: { hint: expect.stringContaining('--force') } }
    await expect(writeFlowchart(plan, file)).rejects.toMatchObject(refused)
    expect(readFileSync(file, 'utf8')).toBe(text)
    await writeFlowchart(plan, file, { force: true })
    await writeFlowchart(plan, file)
  }
  // Words around an exported block make the file somebody's own.
  const readme = path.join(folder.path, 'readme.md')
  writeFileSync(readme, `# Mine\n\n${readFileSync(readme, 'utf8')}`)
  await expect(writeFlowchart(plan, readme)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' })
})

test('a place that cannot be written to, or is a folder, is told', async () => {
  using folder = temporaryFolder({ file: '' })
  const plan = await planOf('a')
  const below = path.join(folder.path, 'file', 'flow.svg')
  await expect(writeFlowchart(plan, below)).rejects.toMatchObject({
    code: 'BAD_ARGUMENT',
    message: expect.stringContaining('cannot be written'),
  })
  mkdirSync(path.join(folder.path, 'dir.svg'))
  await expect(writeFlowchart(plan, path.join(folder.path, 'dir.svg'))).rejects.toMatchObject({
    message: expect.stringContaining('is no file'),
  })
  const gif = path.join(folder.path, 'flow.gif')
  await expect(writeFlowchart(plan, gif)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' })
  expect(existsSync(gif)).toBe(false)
})

test('the layout is chosen', async () => {
  const plan = await planOf('a')
  expect(flowchartText(plan)).toStartWith('flowchart LR\n')
  expect(flowchartText(plan, { verticalLayout: true })).toStartWith('flowchart TD\n')
})
