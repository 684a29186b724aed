/** `xserve executor FILE`: a shared executor for Flows, one hop less than a served one. */
import type { CommandDefinition } from './arguments.ts'
import { serveCommand } from './serving.ts'
import { EXECUTOR_OPTIONS, LISTENING_OPTIONS, LIVE_OPTIONS } from './serving-options.ts'

export const executor: CommandDefinition = {
  name: 'executor',
  summary: 'Serve a shared executor, without a gateway, for use in Flows and behind gateways',
  positionals: [
    { name: 'file', summary: "The executor's file: my_executor.ts, or my_executor.ts#ClassName", required: true },
  ],
  options: [...LISTENING_OPTIONS, ...EXECUTOR_OPTIONS, ...LIVE_OPTIONS],
  run: (args) => serveCommand('executor', args),
}
