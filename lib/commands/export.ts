/** `xserve export WHAT`: what others can use of a configuration. */
import { XserveError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import type { CommandDefinition } from './arguments.ts'

const TARGETS = ['schema'] as const

export const exportCommand: CommandDefinition = {
  name: 'export',
  summary: 'Write the JSON schema of YAML files, for completion and checks in editors',
  positionals: [
    { name: 'what', summary: 'schema', required: true },
    { name: 'out', summary: 'File to write; without it, stdout', required: false },
  ],
  options: [
    {
      name: 'json-path',
      type: 'text',
      value: 'FILE',
      summary: 'The file, as Jina names it',
      also: ['schema-path'],
      hidden: true,
    },
  ],
  async run(args) {
    const what = args.positional(0)
    if (what !== 'schema') {
      const guess = what === undefined ? undefined : nearest(what, TARGETS)
      throw new XserveError('BAD_ARGUMENT', `there is no export ${what === undefined ? 'of nothing' : what}`, {
        hint: guess === undefined ? `exports: ${TARGETS.join(', ')}` : `did you mean ${guess}?`,
      })
    }
    const { configSchema } = await import('../config/json-schema.ts')
    const text = `${JSON.stringify(configSchema(), null, 2)}\n`
    const out = args.positional(1) ?? args.text('json-path')
    if (out === undefined) await Bun.write(Bun.stdout, text)
    else await writeTo(out, text)
    return 0
  },
}

async function writeTo(file: string, text: string): Promise<void> {
  try {
    await Bun.write(file, text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new XserveError('BAD_ARGUMENT', `${file} cannot be written: ${why}`)
  }
}
