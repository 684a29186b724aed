/** `xserve gateway`: the gateway of a Flow whose executors all run elsewhere, as in a container of its own. */
import { planGateway } from '../plan/gateway.ts'
import { resolveListeners } from '../plan/listeners.ts'
import type { GatewayPlan } from '../plan/plan.ts'
import type { Args, CommandDefinition } from './arguments.ts'
import { GRAPH_OPTIONS, readGraphOptions } from './graph-options.ts'
import { HTTP_OPTIONS } from './http-options.ts'
import { readGateway, servePlan } from './serving.ts'
import { LISTENING_OPTIONS, withAccepted } from './serving-options.ts'

/** Jina names those that are built in here. */
const BUILT_IN = /^(?:GRPC|HTTP|WebSocket|Composite)Gateway$/

/** The user's own, in the image that this runs in. Rejects with XserveError. */
async function readOwnGateway(args: Args): Promise<Partial<GatewayPlan>> {
  const uses = args.text('uses')
  if (uses === undefined || BUILT_IN.test(uses)) return {}
  const { planExecutor } = await import('../plan/plan-executor.ts')
  const { deployments } = await planExecutor(uses, {
    folder: process.cwd(),
    spec: { usesWith: args.object('uses-with') },
    gateway: {},
  })
  const [own] = deployments
  return { uses: own!.uses, usesWith: own!.usesWith }
}

export const gateway: CommandDefinition = {
  name: 'gateway',
  summary: 'Serve the gateway of a Flow whose executors run elsewhere',
  positionals: [],
  options: withAccepted('gateway', [...LISTENING_OPTIONS, ...GRAPH_OPTIONS, ...HTTP_OPTIONS]),
  async run(args) {
    const listening = resolveListeners(args.texts('protocol'), args.texts('port'), '--')
    const timeoutSendMs = args.integer('timeout-send', -1)
    const plan = planGateway(readGraphOptions(args), {
      ...readGateway(args, listening.protocols),
      ...(await readOwnGateway(args)),
      timeoutSendMs: timeoutSendMs === undefined || timeoutSendMs < 0 ? null : timeoutSendMs,
      retries: args.integer('retries', -1) ?? -1,
    })
    return servePlan('gateway', plan, args, { sharedPort: listening.shared })
  },
}
