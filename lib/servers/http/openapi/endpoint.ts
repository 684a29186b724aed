/** What the OpenAPI document says of an executor's own endpoint: POST with documents of the second dialect, or GET for events. */
import { BASE64, type Schema } from './schemas.ts'

const json = (schema: Schema): Schema => ({ 'application/json': { schema } })
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })
const TEXT = { type: 'string' }
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] })

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
  EndpointRequest: {
    type: 'object',
    properties: {
      data: {
        anyOf: [{ type: 'array', items: ref('AnyDocument') }, ref('AnyDocument')],
        examples: [[{ text: 'hello, world!' }]],
      },
      parameters: orNull(PARAMETERS),
      header: orNull(HEADER),
    },
    required: ['data'],
  },
  EndpointResponse: {
    type: 'object',
    properties: {
      data: { type: 'array', items: ref('AnyDocument') },
      parameters: { type: 'object' },
      header: { type: 'object', properties: { requestId: TEXT, targetExecutor: TEXT } },
    },
    required: ['data', 'parameters', 'header'],
  },
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

export function endpointOperation(endpoint: string, id: string): Schema {
  return {
    tags: ['Endpoints'],
    summary: `Call ${endpoint}`,
    operationId: id,
    requestBody: { required: true, content: json(ref('EndpointRequest')) },
    responses: {
      200: { description: 'The documents.', content: json(ref('EndpointResponse')) },
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
