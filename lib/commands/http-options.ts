/** Options of the HTTP routes, under Jina's names. */
import { XserveError } from '../errors.ts'
import type { ExposedEndpoint, HttpRouteOptions } from '../servers/http/routes/options.ts'
import type { Args, Option } from './arguments.ts'
import { nearest } from './nearest.ts'
import { VERSION } from './version.ts'

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

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'])
/** What we use, and what Jina hands to FastAPI besides: taken without effect. */
const USED = ['methods', 'path', 'http_path', 'summary', 'description', 'tags']
const TAKEN = ['name', 'deprecated', 'operation_id', 'include_in_schema', 'response_description', 'status_code']

/** Names of the options that were given. */
export const givenHttpOptions = (args: Args): readonly string[] =>
  HTTP_OPTIONS.filter(({ name }) => args.has(name)).map(({ name, negatable }) => `--${negatable ? 'no-' : ''}${name}`)

/** Throws XserveError BAD_ARGUMENT. */
export function readHttpOptions(args: Args): HttpRouteOptions {
  const title = args.text('title')
  const description = args.text('description')
  return {
    version: VERSION,
    debugEndpoints: args.flag('debug-endpoints') ?? true,
    crudEndpoints: args.flag('crud-endpoints') ?? true,
    exposeEndpoints: readExposed(args.object('expose-endpoints')),
    cors: args.flag('cors') ?? false,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  }
}

function readExposed(given: Readonly<Record<string, unknown>>): Record<string, ExposedEndpoint> {
  const entries = Object.entries(given).map(([endpoint, value]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw bad(endpoint, 'must be an object', 'for example {"/foo": {"methods": ["POST"]}}')
    }
    return [endpoint, readRoute(endpoint, value as Readonly<Record<string, unknown>>)] as const
  })
  return Object.fromEntries(entries)
}

function readRoute(endpoint: string, given: Readonly<Record<string, unknown>>): ExposedEndpoint {
  for (const key of Object.keys(given)) {
    if (USED.includes(key) || TAKEN.includes(key)) continue
    const guess = nearest(key, USED)
    throw bad(`${endpoint} ${key}`, 'is not known', guess === undefined ? undefined : `did you mean ${guess}?`)
  }
  const path = text(endpoint, given, 'path') ?? text(endpoint, given, 'http_path')
  if (!(path ?? endpoint).startsWith('/')) throw bad(`${endpoint} path`, 'must begin with /')
  const methods = texts(endpoint, given, 'methods')?.map((method) => method.toUpperCase())
  const wrong = methods?.find((method) => !METHODS.has(method))
  if (wrong !== undefined) throw bad(`${endpoint} methods`, `has ${JSON.stringify(wrong)}, which is no HTTP method`)
  return {
    ...present('methods', methods),
    ...present('path', path),
    ...present('summary', text(endpoint, given, 'summary')),
    ...present('description', text(endpoint, given, 'description')),
    ...present('tags', texts(endpoint, given, 'tags')),
  }
}

function present<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V })
}

function text(endpoint: string, given: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = given[key] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw bad(`${endpoint} ${key}`, 'must be a text')
}

function texts(endpoint: string, given: Readonly<Record<string, unknown>>, key: string): readonly string[] | undefined {
  const value = given[key] ?? undefined
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw bad(`${endpoint} ${key}`, 'must be a list of texts')
}

function bad(place: string, what: string, hint?: string): XserveError {
  return new XserveError('BAD_ARGUMENT', `--expose-endpoints ${place} ${what}`, hint === undefined ? {} : { hint })
}
