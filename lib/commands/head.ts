/**
 * A head, as Jina's exports start one before the shards of an executor (`executor --pod-role HEAD`): this program has none of its
 * own, and is one where its image stands in for Jina's.
 */

import { XserveError } from '../errors.ts'
import { planGateway } from '../plan/gateway.ts'
import { END, START } from '../plan/graph-description.ts'
import type { FlowPlan, GatewayPlan } from '../plan/plan.ts'
import { parseObject } from './argument-values.ts'
import type { Args } from './arguments.ts'

export const isHead = (args: Args): boolean => args.text('pod-role')?.toUpperCase() === 'HEAD'

/** The shards as one executor that runs elsewhere. Throws XserveError BAD_ARGUMENT. */
export function planHead(args: Args, gateway: Partial<GatewayPlan>): FlowPlan {
  const name = (args.text('name') ?? 'head').split('/')[0]!
  const list = args.text('connection-list')
  if (list === undefined) {
    throw new XserveError('BAD_ARGUMENT', 'a head without --connection-list has nobody behind it', {
      hint: `--connection-list '{"0": "a-0:8080", "1": "a-1:8080"}'`,
    })
  }
  const around = (option: string): string[] | undefined => {
    const place = args.text(option)
    return place === undefined ? undefined : [place]
  }
  const polling = args.text('polling')
  const timeoutSend = args.integer('timeout-send')
  return planGateway(
    {
      graph: { [START]: [name], [name]: [END] },
      conditions: {},
      addresses: { [name]: parseObject('connection-list', [list]) },
      metadata: {},
      polling:
        polling === undefined
          ? {}
          : { [name]: polling.trim().startsWith('{') ? parseObject('polling', [polling]) : polling },
      noReduce: args.flag('no-reduce') === true ? [name] : [],
      settings: {
        [name]: defined({
          uses_before: around('uses-before-address'),
          uses_after: around('uses-after-address'),
          timeout_send: timeoutSend === undefined || timeoutSend < 0 ? undefined : timeoutSend,
          retries: args.integer('retries'),
        }),
      },
    },
    gateway,
  )
}

const defined = (given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
