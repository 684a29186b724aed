/** A chart as Mermaid text, which GitHub and many editors draw. */
import type { Chart, ChartNode } from './chart.ts'

const SHAPES: Readonly<Record<ChartNode['kind'], readonly [string, string]>> = {
  gateway: ['([', '])'],
  executor: ['[', ']'],
  elsewhere: ['[/', '/]'],
  passing: ['((', '))'],
}

export function toMermaid({ title, nodes, edges }: Chart, vertical: boolean): string {
  return [
    '---',
    `title: ${JSON.stringify(title)}`,
    '---',
    `flowchart ${vertical ? 'TD' : 'LR'}`,
    ...nodes.map(({ id, lines, kind, copies }) => {
      const [open, close] = SHAPES[kind]
      return `  ${id}${open}"${lines.map(escaped).join('<br/>')}"${close}${copies > 1 ? ':::copies' : ''}`
    }),
    ...edges.map(({ from, to, floating }) => `  ${from} ${floating ? '-.->' : '-->'} ${to}`),
    '  classDef copies stroke-width:3px',
    '',
  ].join('\n')
}

/** Signs that have a meaning in its labels, as its own escapes. */
const escaped = (text: string): string =>
  text.replaceAll(/[^\p{L}\p{N} ._:,/×…-]/gu, (sign) => `#${sign.codePointAt(0)};`)
