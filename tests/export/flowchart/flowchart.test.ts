/** Pictures of Flows: nothing is cut, nothing lies over something else, and other programs can read them. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Chart, chartOf } from '../../../lib/export/flowchart/chart.ts'
import { layOut } from '../../../lib/export/flowchart/layout.ts'
import { toMermaid } from '../../../lib/export/flowchart/mermaid.ts'
import { toSvg } from '../../../lib/export/flowchart/svg.ts'
import { toTerminal } from '../../../lib/export/flowchart/terminal.ts'
import { type AnyExecutor, planOf } from '../plans.ts'

const uses = 'docker://a'
const BRANCHES: readonly AnyExecutor[] = [
  { name: 'pre', uses },
  { name: 'left', uses, needs: 'pre', replicas: 2 },
  { name: 'right', external: true, host: 'h', port: 5, needs: 'pre' },
  { name: 'audit', uses, needs: 'pre', floating: true },
  { name: 'join', needs: ['left', 'right'], when: { tags__x: { $gt: 1 } } },
]
const chart = async (executors: readonly AnyExecutor[], flow = {}): Promise<Chart> =>
  chartOf(await planOf(executors, flow))

/** Graphs of up to twenty executors. */
const charts = fc
  .array(fc.uniqueArray(fc.nat(19), { maxLength: 3 }), { minLength: 1, maxLength: 20 })
  .map((items): Chart => {
    const ids = items.map((_, index) => `e${index}`)
    const edges = items.flatMap((needs, index) => {
      const before = [...new Set(needs.map((need) => need % (index + 1)))].map((need) =>
        need === index ? 'start' : `e${need}`,
      )
      return (before.length === 0 ? ['start'] : before).map((from) => ({ from, to: `e${index}`, floating: false }))
    })
    const ends = ids.filter((id) => !edges.some(({ from }) => from === id))
    return {
      title: 't',
      nodes: ['start', ...ids, 'end'].map((id, index) => ({
        id,
        lines: [`name-${id}.`, ...Array.from({ length: index % 3 }, () => 'more of it')],
        kind: 'executor',
        copies: 1,
      })),
      edges: [...edges, ...ends.map((from) => ({ from, to: 'end', floating: false }))],
    }
  })

test('chartOf(): who waits for whom, and what each is', async () => {
  const { nodes, edges } = await chart(BRANCHES, { name: 'shop', port: 8080 })
  expect(nodes.map(({ lines, kind, copies }) => [lines.join(' | '), kind, copies])).toEqual([
    ['gateway | grpc :8080', 'gateway', 1],
    ['pre | a', 'executor', 1],
    ['left | a | 2 replicas', 'executor', 2],
    ['right | h:5', 'elsewhere', 1],
    ['audit | a | floating', 'executor', 1],
    ['join | when {"tags__x":{"$gt":1}}', 'passing', 1],
    ['answer', 'gateway', 1],
  ])
  const names = new Map(nodes.map(({ id, lines }) => [id, lines[0]]))
  expect(edges.map(({ from, to, floating }) => `${names.get(from)} ${floating ? '~' : '-'} ${names.get(to)}`)).toEqual([
    ...['gateway - pre', 'pre - left', 'pre - right', 'pre ~ audit', 'left - join', 'right - join', 'join - answer'],
  ])
})

describe('layOut()', () => {
  test.each([true, false])('boxes never touch, arrows go from box to box (vertical: %p)', (vertical) => {
    fc.assert(
      fc.property(charts, (one) => {
        const size = () => ({ width: 10, height: 3 })
        const { boxes, ways, width, height } = layOut(one, { vertical, size, gaps: { boxes: 1, arrows: 1, layers: 5 } })
        const all = [...boxes.values()]
        for (const [index, a] of all.entries()) {
          expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width + 1e-6 && a.y + a.height <= height + 1e-6).toBeTrue()
          for (const b of all.slice(index + 1)) {
            expect(
              a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
            ).toBeTrue()
          }
        }
        expect(ways).toHaveLength(one.edges.length)
      }),
      { numRuns: 100 },
    )
  })
})

describe('toTerminal()', () => {
  test('one executor', async () => {
    expect(toTerminal(await chart([{ name: 'enc', uses }]), 100)).toBe(
      `┌─────────┐       ┌─────┐       ┌────────┐
│ gateway │──────▶│ enc │──────▶│ answer │
│  grpc   │       │  a  │       └────────┘
└─────────┘       └─────┘
`,
    )
  })

  test('every box is whole, whatever the graph', () => {
    fc.assert(
      fc.property(charts, fc.constantFrom(60, 400), (one, columns) => {
        const rows = toTerminal(one, columns).split('\n')
        for (const { lines } of one.nodes)
          for (const line of lines) expect(rows.some((row) => row.includes(line))).toBeTrue()
        // Names stand between the sides of their box, below its top or another line of it.
        for (const { lines } of one.nodes) {
          const row = rows.findIndex((text) => text.includes(lines[0]!))
          const at = rows[row]!.indexOf(lines[0]!)
          expect(rows[row]!.slice(0, at)).toMatch(/[│┤├┼] +$/)
          expect(rows[row]!.slice(at + lines[0]!.length)).toMatch(/^ +[│├┤┼]/)
          expect(rows[row - 1]![at]).toMatch(/[─┴┬┼▼]/)
        }
        // Each box is reached by the head of an arrow.
        const reached = new Set(one.edges.map(({ to }) => to)).size
        expect(rows.join('').match(/[▶▼]/g)!.length).toBeGreaterThanOrEqual(reached)
      }),
      { numRuns: 200 },
    )
  })

  test('from top to bottom where it would be too wide', async () => {
    const executors = Array.from({ length: 20 }, (_, index) => ({ name: `executor${index}`, uses }))
    const drawn = toTerminal(await chart(executors), 80)
    expect(Math.max(...drawn.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(drawn.match(/▼/g)).toHaveLength(21)
  })
})

describe('toMermaid()', () => {
  test('text that Mermaid takes', async () => {
    expect(toMermaid(await chart(BRANCHES, { name: 'shop', port: 8080 }), true)).toBe(`---
title: "shop"
---
flowchart TD
  gatewaystart(["gateway<br/>grpc :8080"])
  e0["pre<br/>a"]
  e1["left<br/>a<br/>2 replicas"]:::copies
  e2[/"right<br/>h:5"/]
  e3["audit<br/>a<br/>floating"]
  e4(("join<br/>when #123;#34;tags__x#34;:#123;#34;#36;gt#34;:1#125;#125;"))
  gatewayend(["answer"])
  gatewaystart --> e0
  e0 --> e1
  e0 --> e2
  e0 -.-> e3
  e1 --> e4
  e2 --> e4
  e4 --> gatewayend
  classDef copies stroke-width:3px
`)
  })
})

describe('toSvg()', () => {
  test('well-formed, with every line; equal input, equal bytes', async () => {
    const one = await chart([{ name: 'odd', uses, replicas: 3, when: { tags__x: { $eq: '<a> & "b"' } } }, ...BRANCHES])
    const svg = toSvg(one, false)
    expect(toSvg(one, false)).toBe(svg)
    // Each opened element is closed in its turn.
    const open: string[] = []
    for (const [, closing, name, , self] of svg.matchAll(/<(\/?)([a-z]+)((?:\s[^<>]*?)?)(\/?)>/gi)) {
      if (closing) expect(open.pop()).toBe(name)
      else if (!self) open.push(name!)
    }
    expect(open).toEqual([])
    expect(svg).toContain('&lt;a&gt; &amp;')
    expect(svg.match(/class="way/g)).toHaveLength(one.edges.length)
    // Three copies are three frames.
    expect(svg.match(/class="executor"/g)).toHaveLength(3 + 1 + 2 + 1)
  })
})
