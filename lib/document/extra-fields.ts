/**
 * `doc.fields` of a document that did not come in the second dialect. What DocumentProto has a place for is there; the rest
 * is kept beside, written as a field of its own in the second dialect and among the tags in the first.
 */

import { XserveError } from '../errors.ts'
import { isPlainObject } from '../objects.ts'
import type { Document } from './document.ts'
import type { DocumentInit } from './document-init.ts'
import { isArrayOfDocuments, isUnset, NAMED_SO, PLACE_FIELDS } from './extras.ts'
import { propertyNamed } from './field-names.ts'
import type { FieldAccess } from './named-fields.ts'

type Property = keyof DocumentInit

/** Of these a document of the first dialect has one. */
const CONTENT: readonly Property[] = ['text', 'blob', 'tensor']

const isDocuments = (value: unknown): boolean =>
  (typeof value === 'object' && value !== null && isArrayOfDocuments(value)) ||
  (Array.isArray(value) && value.every((item) => typeof item === 'object'))

/** Properties that make of a value what they need; by name, a list of texts is a list of texts. */
const LENIENT: Readonly<Partial<Record<Property, (value: unknown) => boolean>>> = {
  scores: isPlainObject,
  evaluations: isPlainObject,
  chunks: isDocuments,
  matches: isDocuments,
}

/** Properties that have two names each. */
const ALIASED: ReadonlySet<Property> = new Set(['uri', 'blob'])

export class ExtraFields implements FieldAccess {
  readonly #document: Document

  constructor(document: Document) {
    this.#document = document
  }

  get(name: string): unknown {
    const property = propertyNamed(name)
    const { extras } = this.#document
    const beside = extras && Object.hasOwn(extras, name) ? extras[name] : undefined
    if (property === undefined) {
      const { tags } = this.#document
      return beside ?? (beside === null ? null : Object.hasOwn(tags, name) ? tags[name] : undefined)
    }
    const value: unknown = this.#document[property]
    const isTold = beside === undefined || beside === NAMED_SO
    return isTold || (!isUnset(value) && !this.#isHeldBeside(property, name)) ? value : beside
  }

  peek(name: string): unknown {
    return this.get(name)
  }

  came(): undefined {
    return undefined
  }

  tellsAbsent(name: string): boolean {
    return propertyNamed(name) === undefined
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  /** A new document may yet be written in the second dialect, so nothing is lost that only the first has no place for. */
  set(name: string, value: unknown): void {
    const document = this.#document
    const property = propertyNamed(name)
    if (property === undefined) {
      delete document.tags[name]
      document.setExtra(name, value)
    } else if (document.isNew) this.#setNew(property, name, value)
    else this.#assign(property, value)
  }

  #setNew(property: Property, name: string, value: unknown): void {
    let beside: unknown = ALIASED.has(property) ? NAMED_SO : undefined
    if (this.#isHeldBeside(property, name)) beside = value
    else if (isUnset(value) || !this.#fits(property, value)) {
      this.#clear(property)
      beside = value
    } else if (PLACE_FIELDS.has(property)) beside = value
    if (beside === undefined && this.#document.extras?.[name] === undefined) return
    // They are written together with the tags.
    void this.#document.tags
    this.#document.setExtra(name, beside)
  }

  #clear(property: Property): void {
    if (!isUnset(this.#document[property])) this.#assign(property, PLACE_FIELDS.has(property) ? 0 : undefined)
  }

  /** Whether the property has another content, or was set under its other name. */
  #isHeldBeside(property: Property, name: string): boolean {
    const document = this.#document
    if (CONTENT.includes(property) && CONTENT.some((other) => other !== property && document[other] !== undefined))
      return true
    if (!ALIASED.has(property) || document[property] === undefined) return false
    return Object.entries(document.extras ?? {}).some(
      ([other, value]) => value === NAMED_SO && other !== name && propertyNamed(other) === property,
    )
  }

  /** Sets the property if it takes such a value. */
  #fits(property: Property, value: unknown): boolean {
    if (LENIENT[property]?.(value) === false) return false
    try {
      this.#assign(property, value)
      return true
    } catch (error) {
      if (!(error instanceof XserveError)) throw error
      return false
    }
  }

  #assign(property: Property, value: unknown): void {
    ;(this.#document as unknown as Record<string, unknown>)[property] = value ?? undefined
  }

  names(): string[] {
    const { tags, ...known } = this.#document.toJSON()
    const beside = Object.entries(this.#document.extras ?? {}).filter(([, value]) => value !== undefined)
    const aliases = beside.filter(([, value]) => value === NAMED_SO).map(([name]) => propertyNamed(name))
    const own = Object.keys(known).filter((name) => !aliases.includes(propertyNamed(name)))
    return [...new Set([...own, ...Object.keys(tags ?? {}), ...beside.map(([name]) => name)])]
  }
}
