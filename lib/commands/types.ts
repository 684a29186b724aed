/** `xserve types [DIR]`: lets an editor check executors in a project that has installed nothing. */
import path from 'node:path'
import { writeDeclarations } from '../export/declarations.ts'
import { VERSION } from '../flow/version.ts'
import type { CommandDefinition } from './arguments.ts'

export const types: CommandDefinition = {
  name: 'types',
  summary: "Write the SDK's type declarations into a project, for editors and tsc",
  positionals: [{ name: 'dir', summary: 'Folder of the project (default: the current one)', required: false }],
  options: [{ name: 'json', type: 'flag', summary: 'The result as JSON on stdout' }],
  examples: [`xserve types`, `xserve types my-project`],
  async run(args) {
    const { default: text } = await import('../../dist/declarations.txt', { with: { type: 'text' } })
    const files = JSON.parse(text) as Record<string, string>
    const written = writeDeclarations({ folder: path.resolve(args.positional(0) ?? '.'), files, version: VERSION })
    if (args.flag('json')) await Bun.write(Bun.stdout, `${JSON.stringify(written)}\n`)
    else {
      const shadowed = written.shadowed ? "\nthe project's own package xserve has types, which win" : ''
      await Bun.write(Bun.stderr, `${written.files} files in ${written.folder}${shadowed}\n`)
    }
    return 0
  },
}
