/** The picture of a Flow, in any of its forms. What draws is loaded when it is asked for. */
import type { FlowPlan } from '../../plan/plan.ts'
import { writeFile } from '../output.ts'
import { type PictureFormat, pictureFormat } from './formats.ts'
import { mermaidOf } from './mermaid.ts'
import { pictureOf } from './picture.ts'
import { isOwnPicture, signedPng, signedText } from './signature.ts'

export interface FlowchartOptions {
  /** From top to bottom. Default: from left to right. */
  readonly verticalLayout?: boolean
}

/** Mermaid's text. */
export function flowchartText(plan: FlowPlan, { verticalLayout = false }: FlowchartOptions = {}): string {
  return mermaidOf(pictureOf(plan), { vertical: verticalLayout })
}

export interface WriteFlowchartOptions extends FlowchartOptions {
  /** Also over a file that no export has written. Default: false. */
  readonly force?: boolean
}

/**
 * The ending of the file's name tells the kind of picture; folders are made. Rejects with XserveError BAD_ARGUMENT for another
 * ending, for a file that is there and is not an earlier picture, unchanged, and for a place that cannot be written to.
 */
export async function writeFlowchart(plan: FlowPlan, file: string, options: WriteFlowchartOptions = {}): Promise<void> {
  const content = await drawn(plan, pictureFormat(file), options)
  writeFile(file, content, { force: options.force === true, isOurs: isOwnPicture })
}

async function drawn(plan: FlowPlan, format: PictureFormat, options: FlowchartOptions): Promise<string | Uint8Array> {
  if (format === 'mmd') return signedText(flowchartText(plan, options), format)
  if (format === 'md') return signedText(`\`\`\`mermaid\n${flowchartText(plan, options)}\`\`\`\n`, format)
  const { drawSvg } = await import('./svg.ts')
  const { svg, ...size } = drawSvg(pictureOf(plan), { vertical: options.verticalLayout === true })
  if (format === 'svg') return signedText(svg, format)
  const { drawPng } = await import('./png.ts')
  return signedPng(await drawPng(svg, size))
}
