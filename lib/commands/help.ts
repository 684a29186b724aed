/** `--help`: what a command takes, as citty lays it out, with examples behind it. */
import { type CommandDef, defineCommand, renderUsage } from 'citty'
import { VERSION } from '../flow/version.ts'
import { COMMON_OPTIONS, type CommandDefinition, type Option } from './arguments.ts'

const EXIT_CODES = [
  ['0', 'fine'],
  ['1', 'the work failed'],
  ['2', 'wrong usage or configuration'],
  ['3', 'post reached nobody'],
  ['130', 'interrupted twice'],
] as const

/** Commands by name, each with a line about it. */
export async function programHelp(commands: Readonly<Record<string, { readonly summary: string }>>): Promise<string> {
  const usage = await renderUsage(
    defineCommand({
      meta: {
        name: 'xserve',
        version: VERSION,
        description: 'Serves TypeScript executors over gRPC, HTTP and WebSocket',
      },
      subCommands: Object.fromEntries(
        Object.entries(commands).map(([name, { summary }]) => [
          name,
          defineCommand({ meta: { name, description: summary } }),
        ]),
      ),
    }),
  )
  const codes = EXIT_CODES.map(([code, meaning]) => `  ${code.padStart(3)}    ${meaning}`)
  return `${tidy(usage)}\n\n${heading('EXIT CODES')}\n\n${codes.join('\n')}`
}

export async function commandHelp(definition: CommandDefinition): Promise<string> {
  const usage = await renderUsage(toCitty(definition), { meta: { name: 'xserve' } })
  return `${tidy(usage)}\n\n${heading('EXAMPLES')}\n\n${definition.examples.map((line) => `  ${line}`).join('\n')}\n`
}

const heading = (text: string): string => `\x1b[4m\x1b[1m${text}\x1b[22m\x1b[24m`

/** citty fills its columns up to their ends, and tells of defaults of flags in other words than ours. */
const tidy = (usage: string): string =>
  usage
    .replaceAll(/\(Default: .*?true.*?\)/g, '(default: on)')
    .replaceAll(/[ \t]+$/gm, '')
    .trimEnd()

function cittyOption(option: Option) {
  const preset = option.preset === undefined ? '' : ` (default: ${option.preset})`
  const description = `${option.summary}${option.many ? '; may be repeated' : ''}${preset}`
  if (option.type === 'flag') {
    const without = option.negatable ? { default: true, negativeDescription: 'the opposite' } : {}
    return { type: 'boolean' as const, description, ...without }
  }
  return { type: 'string' as const, description, valueHint: option.value ?? 'VALUE' }
}

function toCitty(definition: CommandDefinition): CommandDef {
  const positionals = definition.positionals.map((p) => [
    p.name,
    { type: 'positional' as const, description: p.summary, required: p.required },
  ])
  const shown = [...definition.options, ...COMMON_OPTIONS].filter(({ hidden }) => !hidden)
  const options = shown.map((option) => [option.name, cittyOption(option)])
  return defineCommand({
    meta: { name: definition.name, description: definition.summary },
    args: Object.fromEntries([...positionals, ...options]),
  })
}
