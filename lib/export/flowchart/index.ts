/** A Flow's picture: as Mermaid text, as SVG. */
import { writeFileSync } from 'node:fs'
import { XserveError } from '../../errors.ts'
import type { FlowPlan } from '../../plan/plan.ts'
import { chartOf } from './chart.ts'
import { toMermaid } from './mermaid.ts'
import { toSvg } from './svg.ts'

const MERMAID = /\.(?:mmd|mermaid|txt|md)$/i

/** By the file's name; without one, Mermaid. Returns what was drawn. Throws XserveError BAD_ARGUMENT for a file that cannot be. */
export function drawFlow(plan: FlowPlan, file: string | undefined, vertical: boolean): string {
  const chart = chartOf(plan)
  const isSvg = file !== undefined && /\.svg$/i.test(file)
  if (file !== undefined && !isSvg && !MERMAID.test(file)) {
    throw new XserveError('BAD_ARGUMENT', `${file}: pictures are drawn as SVG or as Mermaid text`, {
      hint: 'flow.svg, or flow.mmd',
    })
  }
  const drawn = isSvg ? toSvg(chart, vertical) : toMermaid(chart, vertical)
  if (file === undefined) return drawn
  try {
    writeFileSync(file, /\.md$/i.test(file) ? `\`\`\`mermaid\n${drawn}\`\`\`\n` : drawn)
  } catch (error) {
    throw new XserveError(
      'BAD_ARGUMENT',
      `${file} cannot be written: ${error instanceof Error ? error.message : error}`,
    )
  }
  return drawn
}
