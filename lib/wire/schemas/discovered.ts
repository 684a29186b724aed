/** Schemas as an executor elsewhere announces them, read back: `EndpointsProto.schemas` of ours and of Jina 3.19 and later. */
import type { EndpointSchema, EndpointSchemas, JsonSchema, NamedSchema } from './endpoint-schema.ts'

/** What stands for "anything": our generic class, and Jina's where nothing is declared. */
const ANYTHING: ReadonlySet<string> = new Set(['Document', 'LegacyDocumentJina', 'AnyDoc'])

/** What is no announcement is passed over: gateways of Jina have a form of their own, without names. */
export function discoveredSchemas(announced: Readonly<Record<string, unknown>>): EndpointSchemas {
  const found: Record<string, EndpointSchema> = {}
  for (const [endpoint, value] of Object.entries(announced)) {
    if (typeof value !== 'object' || value === null) continue
    const { input, output, parameters } = value as Readonly<Record<string, unknown>>
    const schema = { input: namedOf(input), output: namedOf(output), parameters: namedOf(parameters) }
    if (schema.input || schema.output || schema.parameters) found[endpoint] = schema
  }
  return found
}

function namedOf(value: unknown): NamedSchema | null {
  if (typeof value !== 'object' || value === null) return null
  const { name, model } = value as { readonly name?: unknown; readonly model?: unknown }
  if (typeof name !== 'string' || ANYTHING.has(name) || typeof model !== 'object' || model === null) return null
  return { name, model: model as JsonSchema }
}

/** Of executors one behind the other: what the first takes, what the last gives, parameters of the first that declares some. */
export function chainSchemas(members: readonly EndpointSchemas[]): EndpointSchemas {
  const found: Record<string, EndpointSchema> = {}
  for (const schemas of members) {
    for (const [endpoint, { input, output, parameters }] of Object.entries(schemas)) {
      const before = found[endpoint]
      found[endpoint] = {
        input: before?.input ?? input,
        output: output ?? before?.output ?? null,
        parameters: before?.parameters ?? parameters,
      }
    }
  }
  return found
}
