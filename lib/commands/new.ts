/** `xserve new NAME`: a folder with a small project that runs. */
import path from 'node:path'
import { XserveError } from '../errors.ts'
import { writeDeclarations } from '../export/declarations.ts'
import { writeProject } from '../export/project.ts'
import { VERSION } from '../flow/version.ts'
import type { CommandDefinition } from './arguments.ts'

export const create: CommandDefinition = {
  name: 'new',
  summary: 'Begin a project in a new folder: an executor, a Flow, types for editors, a README',
  positionals: [{ name: 'name', summary: 'The folder; it must not be there, or be empty', required: true }],
  options: [],
  examples: ['xserve new my-search', 'cd my-search && xserve flow flow.yml --reload'],
  async run(args) {
    const name = args.positional(0)
    if (name === undefined || name === '') {
      throw new XserveError('BAD_ARGUMENT', 'where to? The name of the folder is missing', {
        hint: 'for example: xserve new my-search',
      })
    }
    const { folder, files } = writeProject(name)
    const { default: text } = await import('../../dist/declarations.txt', { with: { type: 'text' } })
    writeDeclarations({ folder, files: JSON.parse(text) as Record<string, string>, version: VERSION })
    const from = path.relative(process.cwd(), folder)
    const enter = from === '' ? '' : `  cd ${/[^\w./-]/.test(from) ? `'${from.replaceAll("'", "'\\''")}'` : from}\n`
    await Bun.write(Bun.stdout, `In ${name} are ${files.join(', ')}.\n${enter}  xserve flow flow.yml --reload\n`)
    return 0
  },
}
