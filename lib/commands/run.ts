/** `xserve run FILE`: one executor behind a gateway. */
import type { CommandDefinition } from './arguments.ts'
import { HTTP_OPTIONS } from './http-options.ts'
import { serveCommand } from './serving.ts'
import { EXECUTOR_OPTIONS, LISTENING_OPTIONS, LIVE_OPTIONS, withAccepted } from './serving-options.ts'

export const run: CommandDefinition = {
  name: 'run',
  summary: 'Serve one executor behind a gateway: clients, other Flows and xserve post can call it',
  positionals: [
    {
      name: 'file',
      summary:
        "my_executor.ts, my_executor.ts#ClassName, an executor's or a Deployment's YAML, or a folder with a config.yml",
      required: true,
    },
  ],
  options: withAccepted('executor', [...LISTENING_OPTIONS, ...EXECUTOR_OPTIONS, ...LIVE_OPTIONS, ...HTTP_OPTIONS]),
  examples: [
    `xserve run my_executor.ts --port 54321`,
    `xserve run my_executor.ts --reload  # saved code is served at once`,
    `xserve run my_executor.ts --protocol grpc,http --port 54321,8080  # a port for each`,
    `xserve run executor.yml --replicas 4 --uses-with '{"top_k": 5}'`,
  ],
  run: (args) => serveCommand('gateway', args),
}
