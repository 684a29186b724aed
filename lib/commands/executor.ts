/** `xserve executor FILE`: a shared executor for Flows, one hop less than a served one. */
import type { CommandDefinition } from './arguments.ts'
import { serveCommand } from './serving.ts'
import { EXECUTOR_OPTIONS, LISTENING_OPTIONS, LIVE_OPTIONS, withAccepted } from './serving-options.ts'

export const executor: CommandDefinition = {
  name: 'executor',
  summary: 'Serve a shared executor, without a gateway, for use in Flows and behind gateways',
  positionals: [
    {
      name: 'file',
      summary: "my_executor.ts, my_executor.ts#ClassName, an executor's YAML, or a folder with its config.yml",
      required: true,
    },
  ],
  options: withAccepted('executor', [...LISTENING_OPTIONS, ...EXECUTOR_OPTIONS, ...LIVE_OPTIONS]),
  examples: [`xserve executor my_executor.ts --port 54322  # in a Flow: external: true, port: 54322`],
  run: (args) => serveCommand('executor', args),
}
