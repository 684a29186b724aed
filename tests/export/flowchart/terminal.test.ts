/** What `xserve graph` prints. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { terminalOf } from '../../../lib/export/flowchart/terminal.ts'
import { bare, pictureFrom, randomPicture } from './random-picture.ts'

const plain = { ascii: false, colours: false, columns: null } as const

const branches = pictureFrom({ pre: ['gateway'], a: ['pre'], b: ['pre'], c: ['pre'], joiner: ['a', 'b', 'c'] })
const told = {
  ...branches,
  nodes: branches.nodes.map((node) => {
    if (node.id === 'b') return bare('b', { uses: 'Rank · exec.ts', shards: 3, when: 'tags.x ≥ 1' })
    if (node.id === 'c') return bare('c', { kind: 'external', uses: 'there:1' })
    return node.id === 'joiner' ? bare('joiner', { kind: 'pass' }) : node
  }),
}

test('branches leave and come together', () => {
  expect(terminalOf(told, plain).split('\n')).toEqual([
    '○      gateway',
    '●      pre',
    '├─┬─╮',
    '● │ │  a',
    '│ ● │  b        Rank · exec.ts, 3 shards, when tags.x ≥ 1',
    '├─╯ │',
    '│   ◎  c        there:1, external',
    '├───╯',
    '◆      joiner',
    '○      gateway',
  ])
})

test('in ASCII', () => {
  const text = terminalOf(told, { ...plain, ascii: true })
  expect(text.split('\n')).toEqual([
    'o      gateway',
    '*      pre',
    '+-+-.',
    '* | |  a',
    '| * |  b        Rank in exec.ts, 3 shards, when tags.x >= 1',
    "+-' |",
    '|   @  c        there:1, external',
    "+---'",
    '+      joiner',
    'o      gateway',
  ])
})

test('what floats turns aside, and its lane is no whole line', () => {
  const picture = pictureFrom({ a: ['gateway'], one: ['a'], two: ['a'], b: ['a'] })
  const floating = new Set(['one', 'two'])
  const nodes = picture.nodes.map((node) => ({ ...node, floating: floating.has(node.id) }))
  const edges = picture.edges.filter(({ from }) => !floating.has(from))
  expect(terminalOf({ ...picture, nodes, edges }, plain).split('\n')).toEqual([
    '○      gateway',
    '●      a',
    '├─┬─╮',
    '│ ● ┊  one      floating',
    '│   ●  two      floating',
    '●      b',
    '○      gateway',
  ])
})

test('a line that passes below others leaves them whole', () => {
  const text = terminalOf(
    pictureFrom({ a: ['gateway'], b: ['gateway'], c: ['gateway'], d: ['a', 'c'], e: ['b'] }),
    plain,
  )
  expect(text).toContain('├─│─╯')
})

test('fits the terminal, names first', () => {
  fc.assert(
    fc.property(randomPicture, fc.integer({ min: 20, max: 120 }), fc.boolean(), (picture, columns, ascii) => {
      const whole = terminalOf(picture, { ...plain, ascii }).split('\n')
      const cut = terminalOf(picture, { ascii, colours: false, columns }).split('\n')
      cut.forEach((line, at) => {
        if (line === whole[at]) return
        const mark = ascii ? '~' : '…'
        // Either the details are cut off, or there is no room for any.
        if (line.endsWith(mark)) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(columns)
        else expect(whole[at]!.startsWith(`${line}  `)).toBe(true)
      })
    }),
  )
})

test('colours add nothing but colours', () => {
  const coloured = terminalOf(told, { ...plain, colours: true })
  expect(coloured).toContain('\u001b[2mRank · exec.ts')
  expect(Bun.stripANSI(coloured)).toBe(terminalOf(told, plain))
})
