/** Names of the schemas of one executor: gateways of Jina take two of one name for the same class. */
import type { NamedSchema } from '../../wire/schemas/endpoint-schema.ts'
import { describeFields } from '../../wire/schemas/field-kind.ts'

export class SchemaNames {
  readonly #taken = new Map<string, string>()

  /** The second schema of a name gets a number when its fields are other ones. */
  distinct(schema: NamedSchema | null): NamedSchema | null {
    if (schema === null) return null
    const fields = outlineOf(schema)
    for (let number = 1; ; number++) {
      const name = number === 1 ? schema.name : `${schema.name}${number}`
      const taken = this.#taken.get(name)
      if (taken !== undefined && taken !== fields) continue
      this.#taken.set(name, fields)
      return number === 1 ? schema : { ...schema, name }
    }
  }
}

/** The two sides of one schema of a library differ in what is required, and are one class all the same. */
function outlineOf({ model }: NamedSchema): string {
  return JSON.stringify(Array.from(describeFields(model), ([name, { kind }]) => [name, kind]).sort())
}
