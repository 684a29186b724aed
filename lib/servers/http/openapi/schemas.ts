/** JSON schemas of what the HTTP gateway takes and gives, under the names that Jina's clients know (Jina facts §2.2). */

export type Schema = Readonly<Record<string, unknown>>

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })
export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] })
export const listOf = (items: Schema): Schema => ({ type: 'array', items })
const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values })
const object = (properties: Readonly<Record<string, Schema>>, more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
})

export const TEXT = { type: 'string' }
const NUMBER = { type: 'number' }
const COUNT = { type: 'integer', minimum: 0, maximum: 4294967295 }
const TIME = { type: 'string', format: 'date-time' }
const NUMBERS = { description: 'Nested lists of numbers, one level an axis.' }

/** With the letters of either alphabet. */
export const BASE64 = { type: 'string', contentEncoding: 'base64', pattern: '^[A-Za-z0-9+/_-]*={0,2}$' }

/** Keys of a document; a request leaves out what it does not set, an answer has them all. */
const DOCUMENT: Readonly<Record<string, Schema>> = {
  id: TEXT,
  parent_id: TEXT,
  granularity: COUNT,
  adjacency: COUNT,
  blob: BASE64,
  tensor: NUMBERS,
  mime_type: TEXT,
  text: TEXT,
  weight: NUMBER,
  uri: TEXT,
  tags: { type: 'object' },
  offset: NUMBER,
  location: listOf(NUMBER),
  embedding: NUMBERS,
  modality: TEXT,
  evaluations: mapOf(ref('NamedScore')),
  scores: mapOf(ref('NamedScore')),
  chunks: listOf(ref('Document')),
  matches: listOf(ref('Document')),
}

const nullable = (properties: Readonly<Record<string, Schema>>): Record<string, Schema> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, schema === NUMBERS ? schema : orNull(schema)]),
  )

const REQUEST: Readonly<Record<string, Schema>> = {
  data: {
    anyOf: [listOf(ref('Document')), object({ docs: orNull(listOf(ref('Document'))) }), { type: 'null' }],
    description: 'The documents.',
    examples: [[{ text: 'hello, world!' }]],
  },
  targetExecutor: {
    ...orNull(TEXT),
    description: 'A regular expression: only executors whose names it matches, from the start, are called.',
  },
  parameters: { ...orNull({ type: 'object' }), description: 'Parameters of the executor.', examples: [{}] },
}

const ENDPOINT: Schema = {
  ...TEXT,
  default: '/',
  description: 'The endpoint; what no method is bound to goes to the default one.',
}

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  JinaEndpointRequestModel: object({ execEndpoint: ENDPOINT, ...REQUEST }),
  JinaRequestModel: object(REQUEST),
  JinaResponseModel: object(
    {
      header: ref('HeaderProto'),
      parameters: { type: 'object' },
      routes: listOf(ref('RouteProto')),
      data: listOf(ref('Document')),
    },
    { required: ['header', 'parameters', 'routes', 'data'] },
  ),
  HeaderProto: object({
    requestId: TEXT,
    status: orNull(ref('StatusProto')),
    execEndpoint: TEXT,
    targetExecutor: TEXT,
  }),
  StatusProto: object({
    code: { enum: [0, 1], description: '0: fine, 1: an error.' },
    description: TEXT,
    exception: orNull(ref('ExceptionProto')),
  }),
  ExceptionProto: object({ name: TEXT, args: listOf(TEXT), stacks: listOf(TEXT), executor: TEXT }),
  RouteProto: object({
    executor: TEXT,
    startTime: orNull(TIME),
    endTime: orNull(TIME),
    status: orNull(ref('StatusProto')),
  }),
  Document: object(nullable(DOCUMENT)),
  NamedScore: object(nullable({ value: NUMBER, op_name: TEXT, description: TEXT, ref_id: TEXT })),
  JinaHealthModel: object({}),
  JinaInfoModel: object({ jina: mapOf(TEXT), envs: mapOf(TEXT) }, { required: ['jina', 'envs'] }),
  HTTPValidationError: object({ detail: listOf(ref('ValidationError')) }),
  ValidationError: object(
    { loc: listOf({ anyOf: [TEXT, { type: 'integer' }] }), msg: TEXT, type: TEXT },
    { required: ['loc', 'msg', 'type'] },
  ),
}
