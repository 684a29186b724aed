/** What an endpoint takes and gives, as its executor has declared it. */

/** Any JSON schema, draft 2020-12 unless it says otherwise. */
export type JsonSchema = Readonly<Record<string, unknown>>

export interface NamedSchema {
  /** Title of the schema: peers know the class of the documents by it. */
  readonly name: string
  readonly model: JsonSchema
}

/** null: nothing is declared, anything goes. */
export interface EndpointSchema {
  readonly input: NamedSchema | null
  readonly output: NamedSchema | null
  readonly parameters: NamedSchema | null
}

/** By endpoint; one without an entry has declared nothing. */
export type EndpointSchemas = Readonly<Record<string, EndpointSchema>>
