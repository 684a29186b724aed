/** `xserve gateway`: the gateway of a Flow whose executors all run elsewhere, as in a container of its own. */
import { sentence } from '../config/problems.ts'
import { planGateway } from '../plan/gateway.ts'
import { planFront } from '../plan/plan-front.ts'
import type { CommandDefinition } from './arguments.ts'
import { GRAPH_NAMES, GRAPH_OPTIONS, readGraphOptions } from './graph-options.ts'
import { HTTP_OPTIONS } from './http-options.ts'
import { readListeners } from './protocols.ts'
import { readGateway, servePlan } from './serving.ts'
import { FRONT_OPTIONS, LISTENING_OPTIONS, withAccepted } from './serving-options.ts'
import { fromTable, readGiven } from './table-options.ts'

/** Read by themselves: the graph, and what is not for the gateway but for the program. */
const ELSEWHERE: ReadonlySet<string> = new Set([...GRAPH_NAMES, 'quiet'])

/** Jina names those that are built in here. */
const BUILT_IN = /^(?:GRPC|HTTP|WebSocket|Composite)Gateway$/

const NOBODY =
  'no executor stands behind this gateway, requests come back as they are: --graph-description and --deployments-addresses say who does'

export const gateway: CommandDefinition = {
  name: 'gateway',
  summary: 'Serve the gateway of a Flow whose executors run elsewhere',
  positionals: [],
  options: withAccepted('gateway', [
    ...LISTENING_OPTIONS,
    ...GRAPH_OPTIONS,
    ...FRONT_OPTIONS,
    ...HTTP_OPTIONS,
    {
      name: 'uses',
      type: 'text',
      value: 'FILE',
      summary: 'A gateway of your own, for HTTP paths that the Flow has not',
    },
    ...fromTable('gateway', ['uses_with']),
  ]),
  examples: [
    `xserve gateway --port 54321 --graph-description '{"start-gateway": ["a"], "a": ["end-gateway"]}' --deployments-addresses '{"a": ["grpc://10.0.0.5:54322"]}'`,
  ],
  async run(args) {
    const listening = readListeners(args)
    const given = readGateway(args, listening.protocols)
    const warnings: string[] = []
    const { uses, ...options } = readGiven(args, 'gateway', ELSEWHERE)
    const own = typeof uses === 'string' && !BUILT_IN.test(uses) ? { ...options, uses } : options
    const front = await planFront(own, {
      folder: process.cwd(),
      warn: (warning) => warnings.push(sentence(warning)),
    })
    const graph = readGraphOptions(args)
    if (Object.keys(graph.graph).length === 0) warnings.push(NOBODY)
    const plan = planGateway(graph, { ...front, ...given })
    return servePlan('gateway', plan, args, { sharedPort: listening.shared, warnings })
  },
}
