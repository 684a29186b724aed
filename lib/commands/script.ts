/** `xserve script FILE`: runs a program that uses the SDK, as `bun FILE` would with the package installed. */
import { XserveError } from '../errors.ts'
import { setScript } from '../flow/locate-class.ts'
import * as sdk from '../index.ts'
import { resolveExecutorSource } from '../plan/executor-source.ts'
import { runScript } from '../worker/script.ts'
import { provideSdk } from '../worker/user-module.ts'
import type { CommandDefinition } from './arguments.ts'
import { exit, printError } from './exit.ts'

export const script: CommandDefinition = {
  name: 'script',
  summary: 'Run a TypeScript program that builds Flows, serves executors or calls them',
  positionals: [{ name: 'file', summary: 'The program; what stands behind it is its own', required: true }],
  options: [],
  rest: true,
  examples: [
    `xserve script my_flow.ts`,
    `xserve script my_flow.ts --port 54321  # the program reads its own options in process.argv`,
  ],
  async run(args) {
    const given = args.positional(0)
    if (given === undefined) {
      throw new XserveError('BAD_ARGUMENT', 'which program? The file is missing', { hint: 'xserve script my_flow.ts' })
    }
    const { file } = resolveExecutorSource(given, undefined, process.cwd())
    setScript(file)
    provideSdk({ ...sdk })
    await runScript(file, args.rest, (error) => exit(printError(error, args.flag('debug') === true)))
    return null
  },
}
