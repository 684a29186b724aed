/** A Flow's picture: as Mermaid text, as SVG, as PNG. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { XserveError } from '../../errors.ts'
import type { FlowPlan } from '../../plan/plan.ts'
import { chartOf } from './chart.ts'
import { toMermaid } from './mermaid.ts'
import { toSvg } from './svg.ts'

/** By the file's name; without one, Mermaid. Resolves with the text that was drawn. Rejects with XserveError BAD_ARGUMENT. */
export async function drawFlow(plan: FlowPlan, file: string | undefined, vertical: boolean): Promise<string> {
  const chart = chartOf(plan)
  if (file === undefined) return toMermaid(chart, vertical)
  switch (path.extname(file).toLowerCase()) {
    case '.svg': {
      const svg = toSvg(chart, vertical)
      return write(file, svg, svg)
    }
    case '.png': {
      const svg = toSvg(chart, vertical)
      const { toPng } = await import('./png.ts')
      return write(file, await toPng(svg), svg)
    }
    case '.md': {
      const text = toMermaid(chart, vertical)
      return write(file, `\`\`\`mermaid\n${text}\`\`\`\n`, text)
    }
    case '.mmd':
    case '.mermaid':
    case '.txt': {
      const text = toMermaid(chart, vertical)
      return write(file, text, text)
    }
  }
  throw new XserveError('BAD_ARGUMENT', `${file}: pictures are drawn as SVG, as PNG or as Mermaid text`, {
    hint: 'flow.svg, flow.png or flow.mmd',
  })
}

function write(file: string, content: string | Uint8Array, drawn: string): string {
  try {
    writeFileSync(file, content)
  } catch (error) {
    throw new XserveError(
      'BAD_ARGUMENT',
      `${file} cannot be written: ${error instanceof Error ? error.message : error}`,
    )
  }
  return drawn
}
