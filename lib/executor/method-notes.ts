/** What decorators say of methods, kept until a class is served; in the standard and in the legacy form of decorators. */
import type { XserveError } from '../errors.ts'

// biome-ignore lint/suspicious/noExplicitAny: any method can be decorated, whatever its argument and executor
export type DecoratedMethod = (this: any, call: any) => unknown

/** A decorator in either form. */
export interface MethodDecorator {
  <T extends DecoratedMethod>(method: T, context: ClassMethodDecoratorContext): void
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): void
}

export interface Note<Value> {
  readonly method: string
  readonly value: Value
}

export interface Notes<Value> {
  /** The arguments of the decorator as they came. Throws what `refused` makes where no method of an instance is decorated. */
  add(values: readonly Value[], first: unknown, second: unknown, third: unknown): void
  /** What was noted in this very class, parents left out. */
  of(executor: { readonly prototype: object }): readonly Note<Value>[]
}

const METADATA: symbol = (Symbol as { readonly metadata?: symbol }).metadata ?? Symbol.for('Symbol.metadata')

export function createNotes<Value>(refused: (why: string) => XserveError): Notes<Value> {
  /**
   * By what a class can be recognised by: its metadata object (standard decorators; another decorator may wrap the method
   * after us), its prototype (legacy ones), or the function itself where there is no metadata (code compiled before).
   */
  const noted = new WeakMap<object, Note<Value>[]>()

  return {
    add(values, first, second, third) {
      const standard = isObject(second) && 'kind' in second
      const name = standard ? (second as DecoratorContext).name : second
      const method = standard ? first : (third as PropertyDescriptor | undefined)?.value
      let key: unknown = first
      if (standard) {
        const context = second as DecoratorContext
        if (context.kind !== 'method') throw refused(`stands before a ${context.kind}; it belongs before a method`)
        if (context.static || context.private) throw refused(`cannot bind ${String(name)}: it is static or private`)
        key = context.metadata ?? method
      } else if (typeof first === 'function') throw refused(`cannot bind ${String(name)}: it is static`)
      if (typeof method !== 'function' || (!isObject(key) && typeof key !== 'function'))
        throw refused('belongs before a method')
      if (typeof name !== 'string') throw refused(`cannot bind ${String(name)}: its name is no text`)
      const notes = values.map((value) => ({ method: name, value }))
      noted.set(key as object, [...(noted.get(key as object) ?? []), ...notes])
    },
    of(executor) {
      const { prototype } = executor
      const metadata: unknown = Object.getOwnPropertyDescriptor(executor, METADATA)?.value
      const found = [...(isObject(metadata) ? (noted.get(metadata) ?? []) : []), ...(noted.get(prototype) ?? [])]
      for (const method of Object.getOwnPropertyNames(prototype)) {
        const value: unknown = Object.getOwnPropertyDescriptor(prototype, method)?.value
        // A class does not get the constructor of another one as its method: what it has under that name is itself.
        if (typeof value !== 'function' || method === 'constructor') continue
        for (const note of noted.get(value) ?? []) found.push({ ...note, method })
      }
      return found
    },
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
