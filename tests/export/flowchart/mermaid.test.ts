/** Mermaid's text. That Mermaid draws it was looked at in a browser; here is what it says. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { mermaidOf } from '../../../lib/export/flowchart/mermaid.ts'
import type { Picture } from '../../../lib/export/flowchart/picture.ts'
import { bare, pictureFrom, randomPicture } from './random-picture.ts'

/** Without styles, which are the same in all. */
const linesOf = (picture: Picture, vertical = false): string[] =>
  mermaidOf(picture, { vertical })
    .split('\n')
    .filter((line) => !line.startsWith('  classDef'))

const diamond = pictureFrom({ left: ['gateway'], right: ['gateway'], end: ['left', 'right'] })

test('nodes with their classes, and edges', () => {
  expect(linesOf(diamond)).toEqual([
    'flowchart LR',
    '  gatewaystart(["gateway"]):::GATEWAY',
    '  left["left"]:::EXECUTOR',
    '  right["right"]:::EXECUTOR',
    // A word of the language.
    '  end_["end"]:::EXECUTOR',
    '  gatewayend(["gateway"]):::GATEWAY',
    '  gatewaystart --> left',
    '  gatewaystart --> right',
    '  left --> end_',
    '  right --> end_',
    '  end_ --> gatewayend',
    '',
  ])
  expect(linesOf(diamond, true)[0]).toBe('flowchart TD')
})

test('a deployment of several processes is a sub-graph, whose style comes last', () => {
  const one = pictureFrom({ a: ['gateway'] })
  const node = bare('a', { uses: 'exec.ts', shards: 2, replicas: 3, before: 'first.ts', after: 'last.ts' })
  const lines = linesOf({ ...one, title: 'search', nodes: [one.nodes[0]!, node, one.nodes[2]!] })
  expect(lines.slice(0, 4)).toEqual(['---', 'title: "search"', '---', 'flowchart LR'])
  const begin = lines.indexOf('  subgraph a["a (exec.ts)"]')
  expect(lines.slice(begin, lines.indexOf('  end') + 1)).toEqual([
    '  subgraph a["a (exec.ts)"]',
    '    direction LR',
    '    a/before["first.ts"]:::HEADTAIL',
    '    a/0["shard-0 ×3"]:::COPY',
    '    a/1["shard-1 ×3"]:::COPY',
    '    a/after["last.ts"]:::HEADTAIL',
    '    a/before --> a/0',
    '    a/0 --> a/after',
    '    a/before --> a/1',
    '    a/1 --> a/after',
    '  end',
  ])
  expect(lines.slice(-3)).toEqual(['  a --> gatewayend', '  class a EXECUTOR', ''])
})

test('conditions stand on the edges, floating ones are dashed', () => {
  const one = pictureFrom({ a: ['gateway'] })
  const node = bare('a', { floating: true, when: 'uri ~ /_x|y"/ and tags.a_b > 1' })
  const picture = {
    ...one,
    nodes: [one.nodes[0]!, node, one.nodes[2]!],
    edges: one.edges.map((edge) => ({ ...edge, floating: edge.to === 'a' })),
  }
  expect(linesOf(picture)).toContain('  gatewaystart -.->|"uri ~ /#95;x|y#34;/ and tags.a_b #62; 1"| a')
  expect(linesOf(picture)).toContain('  a["a"]:::FLOATING')
})

test('names that differ only in what the language has not are different nodes', () => {
  const lines = linesOf(
    pictureFrom({ 'a-b': ['gateway'], a_b: ['a-b'], größe: ['a_b'], gr__e: ['größe'], A_B: ['gr__e'] }),
  )
  expect(lines.filter((line) => line.includes(':::EXECUTOR'))).toEqual([
    '  a_b["a-b"]:::EXECUTOR',
    '  a_b_["a_b"]:::EXECUTOR',
    '  gr__e["größe"]:::EXECUTOR',
    '  gr__e_["gr#95;#95;e"]:::EXECUTOR',
    '  A_B__["A_B"]:::EXECUTOR',
  ])
})

test('every node is told once and every edge is there, whatever texts hold', () => {
  fc.assert(
    fc.property(randomPicture, fc.boolean(), (picture, vertical) => {
      const lines = linesOf(picture, vertical)
      const nodes = lines.filter((line) => /^ {2}(?:subgraph )?[\w/]+[[(]/.test(line))
      expect(nodes).toHaveLength(picture.nodes.length)
      expect(new Set(nodes.map((line) => /(\w+)[[(]/.exec(line)![1])).size).toBe(picture.nodes.length)
      const edges = lines.filter((line) => /^ {2}\w+ (?:-->|-\.->)/.test(line))
      expect(edges).toHaveLength(picture.edges.length)
      // A quote begins a text, and the next one ends it.
      for (const line of lines) expect(line.replace(/^title: .*/, '').split('"').length % 2).toBe(1)
    }),
  )
})
