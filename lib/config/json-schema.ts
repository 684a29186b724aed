/** JSON schema (draft-07, which editors read) of the YAML of Flows, Deployments and executors, out of the table of options. */
import { BATCH_TIMEOUT_MS } from '../wire/defaults.ts'
import type { ConfigOption, OptionType, Scope } from './table/option.ts'
import { optionsOf } from './table/options.ts'

type Schema = Readonly<Record<string, unknown>>

/** A variable may stand wherever a value does. */
const VARIABLE: Schema = { type: 'string', pattern: '\\$' }
const TEXT: Schema = { type: ['string', 'number'] }
const SCALAR: Schema = { type: ['string', 'number', 'boolean', 'null'] }
const KEYS: Schema = { type: 'object' }
/** Objects may be given as JSON text. */
const JSON_TEXT: Schema = { type: 'string' }
const POLLING: Schema = { type: 'string', pattern: '^([aA][nN][yY]|[aA][lL][lL])$' }
const MAP: Schema = { type: 'object', additionalProperties: SCALAR }
const BATCHING: Schema = {
  type: 'object',
  properties: {
    preferred_batch_size: { type: 'integer', minimum: 1, description: 'So many documents make a call' },
    timeout: {
      type: 'integer',
      minimum: 0,
      default: BATCH_TIMEOUT_MS,
      description: 'Milliseconds since the first one waits',
    },
    flush_all: { type: 'boolean', default: false, description: 'Everything queued is handed over at once' },
  },
  required: ['preferred_batch_size'],
  additionalProperties: false,
}

const listOf = (item: Schema): Schema => ({ anyOf: [item, { type: 'array', items: item }] })
const either = (...schemas: readonly Schema[]): Schema => ({ anyOf: [...schemas, VARIABLE] })

const TYPES: Readonly<Record<OptionType, (option: ConfigOption) => Schema>> = {
  flag: () => either({ type: 'boolean' }),
  text: ({ choices }) => (choices ? either({ enum: choices }, TEXT) : TEXT),
  integer: ({ least = 0, most }) => either({ type: 'integer', minimum: least, ...(most ? { maximum: most } : {}) }),
  texts: () => listOf(TEXT),
  any: () => ({}),
  object: () => either(KEYS, JSON_TEXT),
  map: () => either(MAP, JSON_TEXT),
  ports: () => either(listOf({ type: 'integer', minimum: 0, maximum: 65_535 }), JSON_TEXT),
  protocols: () => listOf({ type: 'string', examples: ['grpc', 'http', 'websocket'] }),
  hosts: () => listOf({ type: 'string' }),
  polling: () => either(POLLING, { type: 'object', additionalProperties: POLLING }, JSON_TEXT),
  condition: () => either(KEYS, JSON_TEXT),
  batching: () => either({ type: 'object', additionalProperties: BATCHING }, JSON_TEXT),
  uses: () => ({ anyOf: [{ type: 'string' }, { $ref: '#/definitions/executor' }] }),
}

/** A key without a value says nothing. */
function schemaOf(option: ConfigOption): Schema {
  const { summary, kind, note, preset, presetNote } = option
  const effect =
    kind === 'later'
      ? ' (comes into force with a later version)'
      : kind === 'export'
        ? ' (for containers and exports)'
        : note === undefined
          ? ''
          : `: ${note}`
  const described = presetNote === undefined ? '' : `. Default: ${presetNote}`
  return {
    description: `${summary}${effect}${described}`,
    anyOf: [TYPES[option.type](option), { type: 'null' }],
    ...(preset === undefined || presetNote !== undefined ? {} : { default: preset }),
  }
}

function propertiesOf(scope: Scope, without: readonly string[] = []): Record<string, Schema> {
  const own = optionsOf(scope).filter(({ name }) => !without.includes(name))
  return Object.fromEntries(
    own.flatMap((option) => {
      const schema = schemaOf(option)
      const others = (option.also ?? []).map((name) => [name, { ...schema, doNotSuggest: true }] as const)
      return [[option.name, schema] as const, ...others]
    }),
  )
}

const closed = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  properties,
  additionalProperties: false,
})

const VERSION: Schema = { enum: ['1', 1, '1.0', null], description: 'Of this format' }
/** Keys that begin with x- are for anchors. */
const ANCHORS = { patternProperties: { '^x-': {} } } as const
/** What only a Flow can say of an executor. */
const OF_ITEM = ['name', 'uses', 'needs', 'method', 'external', 'host', 'port']

/** For all three: which one a file is follows from its keys. */
export function configSchema(): Schema {
  const optional = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] })
  const items: Schema = { type: 'array', items: { $ref: '#/definitions/item' } }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Flow, Deployment or executor of xserve',
    anyOf: [
      { $ref: '#/definitions/flow' },
      { $ref: '#/definitions/deployment' },
      { $ref: '#/definitions/executorFile' },
    ],
    definitions: {
      gateway: closed(propertiesOf('gateway')),
      item: closed(propertiesOf('executor')),
      flow: {
        ...closed({
          jtype: { const: 'Flow', description: 'This is a Flow' },
          version: VERSION,
          with: { ...optional({ $ref: '#/definitions/gateway' }), description: 'Options of the Flow and its gateway' },
          gateway: { ...optional({ $ref: '#/definitions/gateway' }), description: 'The same, which goes before with' },
          executors: { ...items, description: 'One behind the other, unless needs says otherwise' },
          deployments: { ...items, description: 'Older name of executors', doNotSuggest: true },
        }),
        ...ANCHORS,
        anyOf: [{ required: ['executors'] }, { required: ['deployments'] }],
      },
      deployment: {
        ...closed({
          jtype: { const: 'Deployment', description: 'This is one executor behind a gateway' },
          version: VERSION,
          with: {
            ...closed({ ...propertiesOf('gateway'), ...propertiesOf('executor') }),
            description: 'Options of the executor, and of the gateway in front of it',
          },
        }),
        ...ANCHORS,
        required: ['jtype'],
      },
      executor: {
        ...closed({
          jtype: { type: 'string', description: 'Name of the class' },
          version: VERSION,
          with: { ...optional(KEYS), description: 'Arguments of the constructor' },
          metas: { ...optional(KEYS), description: 'Name and description, which the executor finds in this.metas' },
          requests: { ...optional(MAP), description: 'Endpoint to method, over those of the class' },
          dynamic_batching: {
            ...optional({ type: 'object', additionalProperties: BATCHING }),
            description: 'Endpoint or method to batching',
          },
          ...propertiesOf('executor', OF_ITEM),
        }),
        required: ['jtype'],
      },
      executorFile: {
        allOf: [
          { $ref: '#/definitions/executor' },
          { properties: { jtype: { not: { enum: ['Flow', 'Deployment'] } } } },
        ],
      },
    },
  }
}
