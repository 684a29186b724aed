/** `xserve check FILE`: what a Flow's or an executor's YAML means, or what is wrong with it; starts nothing. */

import path from 'node:path'
import { sentence } from '../config/problems.ts'
import { asXserveError, type Problem, XserveError } from '../errors.ts'
import type { Args, CommandDefinition } from './arguments.ts'
import { readVariables, VARIABLE_OPTIONS } from './variable-options.ts'
import { printWarnings } from './warnings.ts'

export const check: CommandDefinition = {
  name: 'check',
  summary: 'Check a Flow or executor YAML without starting anything',
  positionals: [{ name: 'file', summary: 'The YAML file', required: true }],
  options: [
    ...VARIABLE_OPTIONS,
    {
      name: 'as',
      type: 'text',
      value: 'plain',
      summary: 'plain: any YAML, only its variables are resolved',
      check: isPlain,
    },
    { name: 'json', type: 'flag', summary: 'The result as JSON on stdout' },
  ],
  examples: [
    `xserve check flow.yml`,
    `xserve check flow.yml --json  # places of all mistakes, or the graph and what everything means`,
  ],
  async run(args) {
    const given = args.positional(0)
    if (given === undefined) {
      throw new XserveError('BAD_ARGUMENT', 'check what? The file is missing', {
        hint: 'for example: xserve check flow.yml',
      })
    }
    const file = path.resolve(given)
    const { describeFile } = await import('../plan/describe.ts')
    const { describeClass } = await import('../deployment/describe-class.ts')
    try {
      const described = await describeFile(file, readVariables(args), isPlain(args), describeClass)
      if (args.flag('json')) await Bun.write(Bun.stdout, `${JSON.stringify(described)}\n`)
      else {
        await printWarnings(described.warnings.map(sentence))
        const count = described.executors?.length
        const what = count === undefined ? '' : `: ${count} ${count === 1 ? 'executor' : 'executors'}`
        await Bun.write(Bun.stdout, `${file} is fine${what}\n`)
      }
      return 0
    } catch (thrown) {
      if (!args.flag('json')) throw thrown
      const problems = problemsOf(asXserveError(thrown), file)
      await Bun.write(Bun.stdout, `${JSON.stringify({ ok: false, problems, warnings: [] })}\n`)
      return 2
    }
  },
}

function isPlain(args: Args): boolean {
  const as = args.text('as')
  if (as === undefined || as === 'plain') return as === 'plain'
  throw new XserveError('BAD_ARGUMENT', `--as is plain, not ${as}`)
}

/** With what to do about each in its message. */
function problemsOf({ message, details }: XserveError, file: string): Problem[] {
  const problems = details.problems ?? [{ file, line: null, column: null, path: '', message }]
  return problems.map(({ hint, ...problem }) => ({
    ...problem,
    file: problem.file ?? file,
    message: hint === undefined ? problem.message : `${problem.message} (${hint})`,
  }))
}
