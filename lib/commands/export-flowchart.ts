/** `xserve export flowchart`: a Flow's picture in a file, or Mermaid's text on stdout. */

import { XserveError } from '../errors.ts'
import { flowchartText, writeFlowchart } from '../export/flowchart/index.ts'
import type { Args } from './arguments.ts'
import { readExportPlan } from './export-plan.ts'
import { printWarnings } from './warnings.ts'

const STDOUT = '-'

export async function toFlowchart(args: Args): Promise<number> {
  if (args.has('diff')) {
    throw new XserveError('BAD_ARGUMENT', '--diff compares text for machines: there is no difference of pictures', {
      hint: 'xserve export flowchart flow.yml prints Mermaid, which diff can compare',
    })
  }
  const flow = args.positional(1)
  if (flow === undefined) {
    throw new XserveError('BAD_ARGUMENT', 'a picture of what? The file of the Flow is missing', {
      hint: 'for example: xserve export flowchart flow.yml flow.svg',
    })
  }
  const warnings: string[] = []
  const plan = await readExportPlan(flow, args, (warning) => void warnings.push(warning))
  await printWarnings(warnings)
  const verticalLayout = args.flag('vertical-layout') === true
  const file = args.positional(2) ?? STDOUT
  if (file === STDOUT || args.flag('stdout') === true) {
    await Bun.write(Bun.stdout, flowchartText(plan, { verticalLayout }))
    return 0
  }
  await writeFlowchart(plan, file, { verticalLayout, force: args.flag('force') === true })
  await Bun.write(Bun.stdout, `The picture is ${file}\n`)
  return 0
}
