/**
 * `doc.fields` of a document that did not come in the second dialect. What DocumentProto has a place for is there; the rest
 * is kept beside, written as a field of its own in the second dialect and among the tags in the first.
 */
import type { Document } from './document.ts'
import type { DocumentInit } from './document-init.ts'
import { propertyOf } from './json.ts'
import type { FieldAccess } from './named-fields.ts'

/** Names of docarray's second dialect for what the first calls otherwise. */
const ALSO: Readonly<Record<string, keyof DocumentInit>> = { url: 'uri', bytes_: 'blob' }

export class ExtraFields implements FieldAccess {
  readonly #document: Document

  constructor(document: Document) {
    this.#document = document
  }

  get(name: string): unknown {
    const property = propertyNamed(name)
    if (property) return this.#document[property]
    const { extras } = this.#document
    if (extras && Object.hasOwn(extras, name)) return extras[name]
    const { tags } = this.#document
    return Object.hasOwn(tags, name) ? tags[name] : undefined
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

  set(name: string, value: unknown): void {
    const document = this.#document
    const property = propertyNamed(name)
    if (property) {
      ;(document as unknown as Record<string, unknown>)[property] = value ?? undefined
      return
    }
    delete document.tags[name]
    document.setExtra(name, value)
  }

  names(): string[] {
    const { tags, ...known } = this.#document.toJSON()
    const beside = Object.entries(this.#document.extras ?? {}).filter(([, value]) => value !== undefined)
    return [...new Set([...Object.keys(known), ...Object.keys(tags ?? {}), ...beside.map(([name]) => name)])]
  }
}

function propertyNamed(name: string): keyof DocumentInit | undefined {
  return propertyOf(name) ?? (Object.hasOwn(ALSO, name) ? ALSO[name] : undefined)
}
