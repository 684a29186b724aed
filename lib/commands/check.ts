/** `xserve check FILE`: what a Flow's or an executor's YAML means, or what is wrong with it; starts nothing. */
import path from 'node:path'
import { asXserveError, XserveError } from '../errors.ts'
import type { CommandDefinition } from './arguments.ts'

export const check: CommandDefinition = {
  name: 'check',
  summary: 'Check a Flow or executor YAML without starting anything',
  positionals: [{ name: 'file', summary: 'The YAML file', required: true }],
  options: [
    { name: 'context', type: 'object', value: 'JSON', summary: 'Values of CONTEXT.x in the YAML', many: true },
    { name: 'env', type: 'object', value: 'K=V', summary: 'ENV.K in the YAML', many: true },
    { name: 'as', type: 'text', value: 'plain', summary: 'plain: any YAML, only its variables are resolved' },
    { name: 'json', type: 'flag', summary: 'The result as JSON on stdout' },
  ],
  async run(args) {
    const as = args.text('as')
    if (as !== undefined && as !== 'plain') throw new XserveError('BAD_ARGUMENT', `--as is plain, not ${as}`)
    const { describeFile } = await import('../plan/describe.ts')
    const file = path.resolve(args.positional(0) ?? '')
    const env = Object.fromEntries(Object.entries(args.object('env')).map(([key, value]) => [key, String(value)]))
    const variables = { env: { ...process.env, ...env }, context: args.object('context') }
    try {
      const described = describeFile(file, variables, as === 'plain')
      if (args.flag('json')) await Bun.write(Bun.stdout, `${JSON.stringify(described)}\n`)
      else {
        for (const { message } of described.warnings) await Bun.write(Bun.stderr, `${message}\n`)
        const count = described.executors?.length
        const what = count === undefined ? '' : `: ${count} ${count === 1 ? 'executor' : 'executors'}`
        await Bun.write(Bun.stdout, `${file} is fine${what}\n`)
      }
      return 0
    } catch (thrown) {
      if (!args.flag('json')) throw thrown
      const problem = problemOf(asXserveError(thrown), file)
      await Bun.write(Bun.stdout, `${JSON.stringify({ ok: false, problems: [problem], warnings: [] })}\n`)
      return 2
    }
  },
}

/** `file:line:column path: message` taken apart. */
function problemOf({ message, details }: XserveError, file: string) {
  const [, place, line, column, rest = message] = /^(.+?):(\d+):(\d+) (.*)$/s.exec(message) ?? []
  const [, where = '', what = rest] = /^((?:[\w-]+(?:\[\d+\])*\.?)+): (.*)$/s.exec(rest) ?? []
  const hint = details.hint === undefined ? '' : ` (${details.hint})`
  return {
    file: place ?? file,
    line: line === undefined ? null : Number(line),
    column: column === undefined ? null : Number(column),
    path: where,
    message: `${what}${hint}`,
  }
}
