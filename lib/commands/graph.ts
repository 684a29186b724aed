/** `xserve graph FILE`: who waits for whom in a Flow, drawn in the terminal; starts nothing. */

import { XserveError } from '../errors.ts'
import { describePicture } from '../export/flowchart/describe.ts'
import { pictureOf } from '../export/flowchart/picture.ts'
import { terminalOf } from '../export/flowchart/terminal.ts'
import type { CommandDefinition } from './arguments.ts'
import { showsColours } from './colours.ts'
import { readExportPlan } from './export-plan.ts'
import { VARIABLE_OPTIONS } from './variable-options.ts'
import { printWarnings } from './warnings.ts'

export const graph: CommandDefinition = {
  name: 'graph',
  summary: "Draw a Flow's graph in the terminal: who waits for whom (pictures: xserve export flowchart)",
  positionals: [{ name: 'file', summary: "The Flow's YAML, or an executor", required: true }],
  options: [
    ...VARIABLE_OPTIONS,
    {
      name: 'ascii',
      type: 'flag',
      summary: 'Draw with letters of ASCII',
      preset: 'where the locale is not UTF-8',
    },
    { name: 'json', type: 'flag', summary: 'Nodes and edges as JSON on stdout' },
  ],
  examples: [`xserve graph flow.yml`, `xserve export flowchart flow.yml flow.svg  # as a picture`],
  async run(args) {
    const file = args.positional(0)
    if (file === undefined) {
      throw new XserveError('BAD_ARGUMENT', 'which Flow? The file is missing', {
        hint: 'for example: xserve graph flow.yml',
      })
    }
    const warnings: string[] = []
    const plan = await readExportPlan(file, args, (warning) => void warnings.push(warning))
    await printWarnings(warnings)
    const picture = pictureOf(plan)
    const isTerminal = process.stdout.isTTY === true
    const text = args.flag('json')
      ? JSON.stringify(describePicture(picture))
      : terminalOf(picture, {
          ascii: args.flag('ascii') ?? !speaksUnicode(process.env),
          colours: showsColours(process.stdout),
          columns: isTerminal ? (process.stdout.columns ?? null) : null,
        })
    await Bun.write(Bun.stdout, `${text}\n`)
    return 0
  },
}

/** As the C library reads it. No locale at all is what containers have, whose terminals draw everything: only another one says no. */
export function speaksUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG
  return locale === undefined || locale === '' || /utf-?8/i.test(locale)
}
