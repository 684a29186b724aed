/** `xserve export flowchart`: a Flow's picture, in a file or on stdout. */
import { drawFlow } from '../export/flowchart/index.ts'
import type { Args } from './arguments.ts'
import { readExportPlan } from './export-plan.ts'

export async function toFlowchart(args: Args): Promise<number> {
  const plan = await readExportPlan(args.positional(1), args, () => {})
  const file = args.positional(2)
  const drawn = await drawFlow(plan, file, args.flag('vertical-layout') === true)
  await Bun.write(Bun.stdout, file === undefined ? drawn : `The picture is ${file}\n`)
  return 0
}
