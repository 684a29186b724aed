/** What the OpenAPI document says of an executor's own endpoint: POST with documents of the second dialect, or GET for events. */
import type { EndpointSchema, EndpointSchemas, NamedSchema } from '../../../wire/schemas/endpoint-schema.ts'
import { BASE64, listOf, orNull, ref, type Schema, TEXT } from './schemas.ts'

const json = (schema: Schema): Schema => ({ 'application/json': { schema } })

function requestOf({ input, parameters }: Partial<EndpointSchema>): Schema {
  const document = ref(input?.name ?? 'AnyDocument')
  return {
    type: 'object',
    properties: {
      data: {
        anyOf: [listOf(document), document],
        ...(input ? {} : { examples: [[{ text: 'hello, world!' }]] }),
      },
      parameters: parameters ? ref(parameters.name) : orNull(PARAMETERS),
      header: orNull(HEADER),
    },
    required: ['data'],
  }
}

function responseOf(document: Schema): Schema {
  return {
    type: 'object',
    properties: {
      data: listOf(document),
      parameters: { type: 'object' },
      header: { type: 'object', properties: { requestId: TEXT, targetExecutor: TEXT } },
    },
    required: ['data', 'parameters', 'header'],
  }
}

/** Declared schemas by name; their own definitions move to where references of the whole document lead. */
export function declaredSchemas(schemas: EndpointSchemas): Record<string, Schema> {
  const found: Record<string, Schema> = {}
  for (const { input, output, parameters } of Object.values(schemas)) {
    for (const named of [input, output, parameters]) if (named) found[named.name] ??= movedBelow(named)
  }
  return found
}

function movedBelow({ name, model }: NamedSchema): Schema {
  const move = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(move)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const refers = key === '$ref' && typeof item === 'string' && item.startsWith('#')
        return [key, refers ? `#/components/schemas/${name}${item.slice(1)}` : move(item)]
      }),
    )
  }
  const { $schema: _, ...rest } = model
  return move(rest) as Schema
}

const HEADER: Schema = {
  type: 'object',
  properties: {
    request_id: { ...orNull(TEXT), description: 'Comes back with the answer.' },
    target_executor: {
      ...orNull(TEXT),
      description: 'A regular expression: only executors that it matches take part.',
    },
  },
}
const PARAMETERS: Schema = { type: 'object', description: 'Parameters of the executor.', examples: [{}] }

/** By name, beside those of the first dialect. */
export const ENDPOINT_SCHEMAS: Readonly<Record<string, Schema>> = {
  AnyDocument: {
    type: 'object',
    description: 'Any field by its name.',
    properties: {
      id: { ...orNull(TEXT), description: 'Made where there is none.' },
      text: orNull(TEXT),
      url: { description: 'Where the content is.' },
      blob: orNull(BASE64),
      bytes_: orNull(BASE64),
      tensor: { description: 'Nested lists of numbers, one level an axis.' },
      embedding: { description: 'Nested lists of numbers, one level an axis.' },
      tags: { description: 'What else there is to say, by name.' },
    },
    additionalProperties: true,
    examples: [{ text: 'hello, world!' }],
  },
  EndpointRequest: requestOf({}),
  EndpointResponse: responseOf(ref('AnyDocument')),
  Failure: {
    type: 'object',
    properties: { detail: TEXT, header: { type: 'object' } },
    required: ['detail'],
  },
}

/** As readers of events see one. */
const EVENT: Schema = {
  type: 'object',
  properties: { event: { enum: ['update', 'end', 'error'] }, data: { ...TEXT, description: 'JSON.' } },
}

const invalid = (description: string): Schema => ({ description, content: json(ref('HTTPValidationError')) })
const failed = (description: string): Schema => ({ description, content: json(ref('Failure')) })

const FAILURES: Schema = {
  400: invalid('The body is no text, or target_executor no regular expression.'),
  413: invalid('The body is too large.'),
  415: invalid('The body is of another type than JSON.'),
  422: invalid('The body is no such request; detail tells where.'),
  500: failed('The executor failed; detail tells with what.'),
  503: failed('The executor cannot be reached.'),
  504: failed('The executor took too long.'),
}

export function endpointOperation(endpoint: string, id: string, declared?: EndpointSchema): Schema {
  const answered = declared?.output ? responseOf(ref(declared.output.name)) : ref('EndpointResponse')
  const asked = declared?.input || declared?.parameters ? requestOf(declared) : ref('EndpointRequest')
  return {
    tags: ['Endpoints'],
    summary: `Call ${endpoint}`,
    operationId: id,
    requestBody: { required: true, content: json(asked) },
    responses: {
      200: { description: 'The documents.', content: json(answered) },
      ...FAILURES,
    },
  }
}

/** The document is the query, a field a key; bodies of GET requests are read as well, but OpenAPI knows none. */
export function eventsOperation(endpoint: string, id: string): Schema {
  const field = (name: string, description: string): Schema => ({ name, in: 'query', description, schema: TEXT })
  return {
    tags: ['Endpoints'],
    summary: `Stream from ${endpoint}`,
    description: 'Further keys are further fields of the document; lists and objects are written as JSON.',
    operationId: id,
    parameters: [field('id', 'Of the document; made where there is none.'), field('text', 'Of the document.')],
    responses: {
      200: {
        description: 'An event `update` for each document, then `end`; or `error`, and the answer is cut off.',
        content: { 'text/event-stream': { schema: EVENT } },
      },
      ...FAILURES,
    },
  }
}
