/**
 * Schemas as gateways of Jina 3.19 and later must be told them. They do not read JSON schema, only the forms that pydantic
 * writes, and each generation of pydantic its own; which form does what was tried out one by one.
 */
import { DRY_RUN_ENDPOINT } from '../dry-run.ts'
import type { EndpointSchema, EndpointSchemas, JsonSchema, NamedSchema } from './endpoint-schema.ts'
import { describeFields, type FieldDescription, requiredOf, TENSOR_MARK } from './field-kind.ts'
import { GENERIC_DOCUMENT, LEGACY_DOCUMENT } from './generic.ts'

/** `pydantic1` serves both generations over gRPC and the first over HTTP, `pydantic2` the second over HTTP. */
export type AnnouncementForm = 'pydantic1' | 'pydantic2'

/** The content of `EndpointsProto.schemas`: without an entry for every endpoint a gateway does not start. */
export function announcement(
  endpoints: readonly string[],
  schemas: EndpointSchemas,
  streams: ReadonlySet<string>,
  form: AnnouncementForm,
): Record<string, unknown> {
  return Object.fromEntries(
    endpoints.map((endpoint) => {
      const declared: EndpointSchema | undefined = Object.hasOwn(schemas, endpoint) ? schemas[endpoint] : undefined
      const fallback = endpoint === DRY_RUN_ENDPOINT ? LEGACY : generic(form)
      const { input, output, parameters } = declared ?? { input: null, output: null, parameters: null }
      return [
        endpoint,
        {
          input: input ? announceDocument(input, form) : fallback,
          output: output ? announceDocument(output, form) : fallback,
          is_generator: streams.has(endpoint),
          is_singleton_doc: false,
          parameters: parameters ? announceModel(parameters, form) : { name: null, model: null },
        },
      ]
    }),
  )
}

const LEGACY = { name: 'LegacyDocumentJina', model: LEGACY_DOCUMENT }

const generic = (form: AnnouncementForm) => announceDocument({ name: 'Document', model: GENERIC_DOCUMENT }, form)

interface Announced {
  readonly name: string
  readonly model: { readonly properties: Readonly<Record<string, unknown>> }
}

function announceModel({ name, model }: NamedSchema, form: AnnouncementForm): Announced {
  const nested = createNestedModels(model, form)
  const properties = nested.propertiesOf(model)
  const needed = [...requiredOf(model)].filter((field) => Object.hasOwn(properties, field))
  const definitions = nested.definitions()
  return {
    name,
    model: {
      title: name,
      type: 'object',
      properties,
      ...(needed.length > 0 ? { required: needed } : {}),
      ...(definitions === null ? {} : { definitions, $defs: definitions }),
    } as never,
  }
}

type Refer = (document: JsonSchema) => JsonSchema | null

/**
 * Classes of nested documents, which the first generation makes from definitions; without them it cannot read such documents
 * once it has to: in HTTP, before a condition, where branches join. The second makes no class of lists of documents, not of
 * Python's own either, so there nobody is told what is in them.
 */
function createNestedModels(root: JsonSchema, form: AnnouncementForm) {
  const made = new Map<string, JsonSchema>()
  const open: JsonSchema[] = []
  const propertiesOf = (of: JsonSchema): Record<string, JsonSchema> => {
    const required = requiredOf(root, of)
    open.push(of)
    const properties = [...describeFields(root, of)].map(
      ([field, described]) => [field, property(described, required.has(field), form, refer)] as const,
    )
    open.pop()
    return Object.fromEntries(properties)
  }
  const refer: Refer = (document) => {
    const { properties } = document
    // No gateway reads a class that holds itself.
    if (form !== 'pydantic1' || open.some((one) => one.properties === properties)) return null
    const known = [...made].find(([, one]) => one.of === properties)
    const name = known?.[0] ?? nameOf(document)
    if (!known) {
      made.set(name, { of: properties })
      const own = { id: optional({ type: 'string' }, form), ...propertiesOf(document) }
      made.set(name, { of: properties, model: { title: name, type: 'object', properties: own } })
    }
    return { $ref: `#/definitions/${name}` }
  }
  /** A gateway keeps one class of each name. */
  const nameOf = ({ title }: JsonSchema): string => {
    const base = typeof title === 'string' && title !== '' ? title : 'Part'
    let name = base
    for (let number = 2; made.has(name); number++) name = `${base}${number}`
    return name
  }
  return {
    propertiesOf,
    definitions: () =>
      made.size === 0 ? null : Object.fromEntries([...made].map(([name, { model }]) => [name, model])),
  }
}

/** A document has an id that its sender may leave out. */
function announceDocument(named: NamedSchema, form: AnnouncementForm): Announced {
  const { name, model } = announceModel(named, form)
  const { id: _, ...properties } = model.properties
  const required = (model as { required?: readonly string[] }).required?.filter((field) => field !== 'id')
  return {
    name,
    model: {
      ...model,
      properties: { id: optional({ type: 'string' }, form), ...properties },
      ...(required ? { required } : {}),
    },
  }
}

/** JSON null as the type is what both generations take for pydantic's Optional. */
function optional(schema: JsonSchema, form: AnnouncementForm): JsonSchema {
  return { type: null, anyOf: form === 'pydantic1' ? [schema] : [schema, {}], default: null }
}

function property(described: FieldDescription, required: boolean, form: AnnouncementForm, refer: Refer): JsonSchema {
  const { kind, nullable, schema, document } = described
  const reference = document === null ? null : refer(document)
  const preset = 'default' in schema ? { default: schema.default } : {}
  const mayLack = nullable || !(required || 'default' in schema)
  switch (kind) {
    case 'text':
    case 'blob':
    case 'integer':
    case 'boolean': {
      const values = 'const' in schema ? [schema.const] : schema.enum
      const type = kind === 'text' || kind === 'blob' ? 'string' : kind
      const plain = { type, ...(Array.isArray(values) ? { enum: values } : {}) }
      return mayLack ? optional(plain, form) : { ...plain, ...preset }
    }
    case 'number':
      return { type: 'number', anyOf: [{}], ...(mayLack ? { default: null } : preset) }
    case 'tensor': {
      const plain = { type: 'array', items: { type: 'number' }, [TENSOR_MARK]: 'not specified' }
      if (!mayLack) return plain
      return form === 'pydantic1' ? optional(plain, form) : { anyOf: [plain, { type: 'null' }], default: null }
    }
    case 'list': {
      const items = scalarOf(schema.items)
      return items ? { type: 'array', items, ...preset } : { type: 'array', anyOf: [{}], default: schema.default ?? [] }
    }
    case 'documents':
      return { type: 'array', ...(reference ? { items: reference } : { anyOf: [{}] }), default: schema.default ?? [] }
    case 'document':
      return { ...(reference ?? { type: 'object', anyOf: [{}] }), default: null }
    case 'object':
      return { type: 'object', ...preset }
    default:
      return preset
  }
}

/** Items of a list of texts, numbers or truth values; undefined for any other. */
function scalarOf(items: unknown): JsonSchema | undefined {
  const type = (items as { type?: unknown } | undefined)?.type
  return typeof type === 'string' && ['string', 'integer', 'number', 'boolean'].includes(type) ? { type } : undefined
}
