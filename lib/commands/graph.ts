/** `xserve graph FILE`: a Flow drawn in the terminal. */
import { chartOf } from '../export/flowchart/chart.ts'
import { toTerminal } from '../export/flowchart/terminal.ts'
import type { CommandDefinition } from './arguments.ts'
import { readExportPlan } from './export-plan.ts'
import { VARIABLE_OPTIONS } from './variable-options.ts'

/** Where nobody says how wide it may be. */
const COLUMNS = 120

export const graph: CommandDefinition = {
  name: 'graph',
  summary: 'Draw a Flow in the terminal: who waits for whom, where it branches and joins',
  positionals: [{ name: 'file', summary: "The Flow's YAML, or an executor", required: true }],
  options: [
    { name: 'columns', type: 'integer', value: 'N', summary: 'How wide it may be', preset: 'the terminal, else 120' },
    ...VARIABLE_OPTIONS,
  ],
  async run(args) {
    const plan = await readExportPlan(args.positional(0), args, () => {})
    const columns = args.integer('columns', 20) ?? process.stdout.columns ?? COLUMNS
    await Bun.write(Bun.stdout, toTerminal(chartOf(plan), columns))
    return 0
  },
}
