/** What TypeScript knows of declared types: checked by `make types`, run for its one assertion. */
import { expect, expectTypeOf, test } from 'bun:test'
import { z } from 'zod'
import type { Document } from '../../../lib/document/document.ts'
import type { Tensor } from '../../../lib/document/tensor.ts'
import { Executor } from '../../../lib/executor/executor.ts'
import { TextDoc } from '../../../lib/executor/ready-made.ts'
import { requests } from '../../../lib/executor/requests.ts'
import type { TypedCall, ValueOf } from '../../../lib/executor/typed/declared.ts'

const Question = z.object({ text: z.string(), top: z.number().default(3) })
const Options = z.object({ language: z.string() })

const Product = {
  type: 'object',
  required: ['title'],
  properties: {
    title: { type: 'string' },
    price: { type: 'integer', default: 0 },
    kind: { enum: ['red', 'blue'] },
    labels: { type: 'array', items: { type: 'string' } },
    note: { type: ['string', 'null'], default: null },
    vector: { type: ['array', 'null'], items: { type: 'number' }, 'tensor/array shape': 'any' },
    file: { type: 'string', format: 'binary' },
    deep: { type: 'object', required: ['a'], properties: { a: { type: 'boolean' } } },
  },
} as const

test('a JSON schema written as const tells what it describes', () => {
  expectTypeOf<ValueOf<typeof Product>>().toEqualTypeOf<{
    title: string
    price: number
    kind?: 'red' | 'blue'
    labels?: string[]
    note?: string | null
    vector?: Tensor | null
    file?: Uint8Array
    deep?: { a: boolean }
  }>()
  class Typed extends Executor {
    @requests({ on: '/a', input: Product })
    a({ docs }: TypedCall<typeof Product>) {
      for (const { fields } of docs) expectTypeOf(fields.price).toEqualTypeOf<number>()
    }

    // @ts-expect-error: the schema has another type for it
    @requests({ on: '/b', input: Product, parameters: Product })
    b({ parameters }: { parameters: { title: number } }) {
      return { parameters }
    }
  }
  expect(new Typed()).toBeInstanceOf(Executor)
})

test('values of a schema reach the method', () => {
  expectTypeOf<ValueOf<typeof Question>>().toEqualTypeOf<{ text: string; top: number }>()
  expectTypeOf<ValueOf<typeof TextDoc>['text']>().toEqualTypeOf<string | null | undefined>()
  class Typed extends Executor {
    @requests({ on: '/a', input: Question, parameters: Options })
    a({ docs, doc, parameters }: TypedCall<typeof Question, typeof Options>) {
      expectTypeOf(parameters.language).toEqualTypeOf<string>()
      expectTypeOf(doc.fields.top).toEqualTypeOf<number>()
      for (const one of docs) expectTypeOf(one.fields.text).toEqualTypeOf<string>()
    }

    @requests({ on: '/b', input: TextDoc })
    b({ doc }: { doc: Document }) {
      doc.text = 'fine'
    }

    // @ts-expect-error: the parameters are declared otherwise
    @requests({ on: '/c', input: Question, parameters: Options })
    c({ parameters }: { parameters: { language: number } }) {
      return { parameters }
    }
  }
  expect(new Typed()).toBeInstanceOf(Executor)
})
