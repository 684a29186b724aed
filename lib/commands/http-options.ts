/** Options of the HTTP routes, under Jina's names. */
import type { GatewayPlan } from '../plan/plan.ts'
import type { Args, Option } from './arguments.ts'
import { fromTable } from './table-options.ts'

export const HTTP_OPTIONS: readonly Option[] = fromTable('gateway', [
  'no_debug_endpoints',
  'no_crud_endpoints',
  'expose_endpoints',
  'cors',
  'title',
  'description',
])

/** Names of the options that were given. */
export const givenHttpOptions = (args: Args): readonly string[] =>
  HTTP_OPTIONS.filter(({ name }) => args.has(name)).map(({ name, negatable }) => `--${negatable ? 'no-' : ''}${name}`)

/** The shape of exposed endpoints is checked by the routes themselves. Throws XserveError BAD_ARGUMENT. */
export function readHttpOptions(args: Args): GatewayPlan['http'] {
  return {
    debugEndpoints: args.flag('debug-endpoints') !== false,
    crudEndpoints: args.flag('crud-endpoints') !== false,
    exposeEndpoints: args.object('expose-endpoints'),
    cors: args.flag('cors') ?? false,
    title: args.text('title') ?? null,
    description: args.text('description') ?? null,
  }
}
