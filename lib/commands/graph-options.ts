/** What a gateway alone is told of its graph, under Jina's names. */
import type { GatewayDescription } from '../plan/gateway.ts'
import { parseJson } from './argument-values.ts'
import type { Args, Option } from './arguments.ts'

export const GRAPH_OPTIONS: readonly Option[] = [
  {
    name: 'graph-description',
    type: 'object',
    value: 'JSON',
    summary: 'Who stands behind whom: {"start-gateway": ["a"], "a": ["end-gateway"]}',
  },
  {
    name: 'deployments-addresses',
    type: 'object',
    value: 'JSON',
    summary: 'Where they run: {"a": ["grpc://host:port"]}; shards as {"a": {"0": ["host:port"]}}',
  },
  {
    name: 'graph-conditions',
    type: 'object',
    value: 'JSON',
    summary: 'Which documents they get: {"a": {"tags__x": {"$eq": 1}}}',
  },
  {
    name: 'deployments-metadata',
    type: 'object',
    value: 'JSON',
    summary: 'Metadata of their calls: {"a": {"key": "value"}}',
  },
  {
    name: 'deployments-polling',
    type: 'object',
    value: 'JSON',
    summary: 'Which of their shards answer: {"a": "all"}, or by endpoint',
  },
  {
    name: 'deployments-disable-reduce',
    type: 'text',
    value: 'NAME,…',
    summary: 'Those that get their branches side by side: names, or a JSON list',
    many: true,
    also: ['deployments-no-reduce'],
  },
  {
    name: 'deployments-settings',
    type: 'object',
    value: 'JSON',
    summary:
      'More of them: {"a": {"timeout_send": MS, "retries": N, "uses_before": […], "uses_after": […], "needs": […]}}',
  },
]

/** As the table calls them. */
export const GRAPH_NAMES: readonly string[] = GRAPH_OPTIONS.flatMap(({ name, also = [] }) => [name, ...also]).map(
  (name) => name.replaceAll('-', '_'),
)

/** Its content is checked where the plan is made. Throws XserveError BAD_ARGUMENT for what is no JSON. */
export function readGraphOptions(args: Args): GatewayDescription {
  return {
    graph: args.object('graph-description'),
    addresses: args.object('deployments-addresses'),
    conditions: args.object('graph-conditions'),
    metadata: args.object('deployments-metadata'),
    polling: args.object('deployments-polling'),
    noReduce: names(args, 'deployments-disable-reduce'),
    settings: args.object('deployments-settings'),
  }
}

function names(args: Args, option: string): string[] {
  return args.texts(option).flatMap((word) => {
    if (!word.trim().startsWith('[')) return word.split(/[\s,]+/).filter((name) => name !== '')
    return (parseJson(option, word) as unknown[]).map(String)
  })
}
