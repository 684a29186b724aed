/** The OpenAPI 3.1 document of a gateway, by hand: what it says is what the route table has. */
import type { EndpointSchemas } from '../../../wire/schemas/endpoint-schema.ts'
import type { ExposedEndpoint } from '../routes/exposed.ts'
import { CRUD_ROUTES } from '../routes/table.ts'
import { declaredSchemas, ENDPOINT_SCHEMAS, endpointOperation, eventsOperation } from './endpoint.ts'
import { SCHEMAS, type Schema } from './schemas.ts'

export interface Described {
  readonly debug: boolean
  readonly crud: boolean
  readonly exposed: readonly ExposedEndpoint[]
  readonly title: string | undefined
  readonly description: string | undefined
  readonly version: string | undefined
}

const TITLE = 'My Jina Service'
const DESCRIPTION = 'Title and description are those of the gateway: set `title` and `description` to have your own.'

const TAGS = {
  Debug: 'For trying out and looking in; `no_debug_endpoints` leaves them out.',
  CRUD: 'Jina’s routes for documents that are kept; `no_crud_endpoints` leaves them out.',
  Endpoints: 'The endpoints of the executors.',
  Customized: 'Routes that the operator has opened.',
} as const

/** What differs between operations that call executors. */
interface Call {
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly id: string
  readonly request?: string
}

const content = (schema: string): Schema => ({
  'application/json': { schema: { $ref: `#/components/schemas/${schema}` } },
})

const answer = (description: string, schema: string): Schema => ({ description, content: content(schema) })

const FINE = 'The documents; an error of an executor is in header.status.'
/** Routes whose requests show which dialect they are written in. */
const EITHER: Schema = {
  description: `${FINE} Documents with other fields are answered as by an endpoint's own route.`,
  content: {
    'application/json': {
      schema: {
        anyOf: [{ $ref: '#/components/schemas/JinaResponseModel' }, { $ref: '#/components/schemas/EndpointResponse' }],
      },
    },
  },
}

function callOperation({ summary, description = '', tags, id, request = 'JinaRequestModel' }: Call): Schema {
  return {
    tags,
    summary,
    ...(description === '' ? {} : { description }),
    operationId: id,
    requestBody: { required: true, content: content(request) },
    responses: {
      200: request === 'JinaRequestModel' ? EITHER : answer(FINE, 'JinaResponseModel'),
      400: answer('The body is no text, or targetExecutor no regular expression.', 'HTTPValidationError'),
      413: answer('The body is too large.', 'HTTPValidationError'),
      415: answer('The body is of another type than JSON.', 'HTTPValidationError'),
      422: answer('The body is no such request; detail tells where.', 'HTTPValidationError'),
      500: answer('It failed on the way; header.status tells why.', 'JinaResponseModel'),
      503: answer('An executor cannot be reached.', 'JinaResponseModel'),
      504: answer('An executor took too long.', 'JinaResponseModel'),
    },
  }
}

const getOperation = (summary: string, id: string, schema: string, tags: readonly string[] = []): Schema => ({
  ...(tags.length === 0 ? {} : { tags }),
  summary,
  operationId: id,
  responses: { 200: answer(summary, schema) },
})

/** `endpoints`: what the executors have, each a route of its own; `streams`: those of them that stream. */
export function describeApi(
  described: Described,
  endpoints: readonly string[],
  streams: readonly string[],
  schemas: EndpointSchemas = {},
): Schema {
  const paths: Record<string, Record<string, Schema>> = {}
  const add = (path: string, method: string, operation: Schema): void => {
    const operations = (paths[path] ??= {})
    operations[method.toLowerCase()] ??= operation
  }
  add('/', 'get', getOperation('Whether it is serving', 'health', 'JinaHealthModel'))
  if (described.debug) {
    add('/status', 'get', getOperation('Versions and environment', 'status', 'JinaInfoModel', ['Debug']))
    add('/dry_run', 'get', getOperation('Whether all executors answer', 'dry_run', 'StatusProto', ['Debug']))
    const summary = 'Call any endpoint'
    add('/post', 'post', callOperation({ summary, tags: ['Debug'], id: 'post', request: 'JinaEndpointRequestModel' }))
  }
  if (described.crud) {
    for (const [method, path] of CRUD_ROUTES)
      add(path, method, callOperation({ summary: `Call ${path}`, tags: ['CRUD'], id: idOf(method, path) }))
  }
  for (const { endpoint, path, methods, summary, description, tags } of described.exposed) {
    for (const method of methods) {
      const call = { summary: summary || `Call ${endpoint}`, description, tags, id: idOf(method, path) }
      add(path, method, callOperation(call))
    }
  }
  for (const endpoint of endpoints) {
    const path = endpoint.startsWith('/') ? endpoint : `/${endpoint}`
    if (streams.includes(endpoint)) add(path, 'get', eventsOperation(endpoint, idOf('GET', path)))
    else add(path, 'post', endpointOperation(endpoint, idOf('POST', path), schemas[endpoint]))
  }
  return {
    openapi: '3.1.0',
    info: {
      title: described.title ?? TITLE,
      description: described.description ?? DESCRIPTION,
      version: described.version ?? '0.0.0',
    },
    paths,
    components: { schemas: { ...SCHEMAS, ...ENDPOINT_SCHEMAS, ...declaredSchemas(schemas) } },
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
  }
}

const idOf = (method: string, path: string): string =>
  `${path.replaceAll(/[^\p{L}\p{N}]+/gu, '_').replace(/^_/, '')}_${method.toLowerCase()}`
