/** Options of the HTTP routes, under Jina's names. */
import type { GatewayPlan } from '../plan/plan.ts'
import type { Args, Option } from './arguments.ts'

export const HTTP_OPTIONS: readonly Option[] = [
  {
    name: 'debug-endpoints',
    type: 'flag',
    summary: 'HTTP routes /status, /dry_run and /post',
    negatable: true,
  },
  {
    name: 'crud-endpoints',
    type: 'flag',
    summary: 'HTTP routes /index, /search, /update and /delete',
    negatable: true,
  },
  {
    name: 'expose-endpoints',
    type: 'object',
    value: 'JSON',
    summary: 'HTTP routes of endpoints: {"/foo": {"methods": ["POST"], "path": "/bar"}}',
    many: true,
  },
  { name: 'cors', type: 'flag', summary: 'Let any website call over HTTP' },
  { name: 'title', type: 'text', value: 'TEXT', summary: 'Heading of the HTTP documentation' },
  { name: 'description', type: 'text', value: 'TEXT', summary: 'Text below it' },
]

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
