/** Documents against schemas of zod: what it makes of them is set, and nothing else. */
import { describe, expect, test } from 'bun:test'
import { z } from 'zod'
import { Document } from '../../../lib/document/document.ts'
import { documentOfFields } from '../../../lib/document/v2/from-fields.ts'
import { readSchema } from '../../../lib/executor/typed/read-schema.ts'
import { createStandardCheck } from '../../../lib/executor/typed/standard-check.ts'

function checkOf(schema: z.ZodType) {
  const { named, validate } = readSchema(schema, 'input', 'XInput')
  return createStandardCheck(validate!, named?.model ?? null)
}

test('defaults and transformations are set; what is the same stays untouched', () => {
  const check = checkOf(z.object({ title: z.string().trim(), labels: z.array(z.string()).default([]) }))
  const document = documentOfFields({ title: ' a ' })
  expect(check(document)).toBeNull()
  expect([document.fields.title, document.fields.labels]).toEqual(['a', []])
  const same = documentOfFields({ title: 'a', labels: ['x'] })
  expect([check(same), same.isUntouched]).toEqual([null, true])
})

test('the first complaint is told with its path', () => {
  const check = checkOf(z.object({ parts: z.array(z.object({ n: z.number() })) }))
  expect(check(documentOfFields({ parts: [{ n: 1 }, { n: 'x' }] }))).toMatchObject({
    path: ['parts', 1, 'n'],
    expected: expect.stringContaining('number'),
  })
})

test('null for what has no null is as if it were left out', () => {
  const check = checkOf(z.object({ top: z.number().default(3), name: z.string().nullable() }))
  const document = documentOfFields({ top: null, name: null })
  expect([check(document), document.fields.top, document.fields.name]).toEqual([null, 3, null])
})

test('a strict schema is not asked about the id, nor about fields of others', () => {
  const check = checkOf(z.strictObject({ title: z.string() }))
  expect(check(documentOfFields({ id: 'i', title: 'a', of_others: 1 }))).toBeNull()
})

test('nested documents are objects for it', () => {
  const Part = z.object({ label: z.string() }).meta({ id: 'CheckedPart' })
  const check = checkOf(z.object({ part: Part, parts: z.array(Part) }))
  const part = (label: unknown) => new Document({ fields: { label } })
  expect(check(documentOfFields({ part: part('a'), parts: [{ label: 'b' }] }))).toBeNull()
  expect(check(documentOfFields({ part: part('a'), parts: [part(5)] }))).toMatchObject({ path: ['parts', 0, 'label'] })
})

describe('a schema that', () => {
  test('takes its time is waited for', async () => {
    const check = checkOf(z.object({ title: z.string().refine(async (text) => text === 'good', 'not good') }))
    expect(await check(documentOfFields({ title: 'good' }))).toBeNull()
    expect(await check(documentOfFields({ title: 'bad' }))).toMatchObject({ path: ['title'], expected: 'not good' })
  })

  test('has no JSON form sees all fields', () => {
    const validate = (value: unknown) =>
      (value as { a?: unknown }).a === 1 ? { value } : { issues: [{ message: 'no', path: [{ key: 'a' }] }] }
    const check = createStandardCheck(validate, null)
    expect([check(documentOfFields({ a: 1 })), check(documentOfFields({ a: 2 }))]).toEqual([
      null,
      { path: ['a'], expected: 'no' },
    ])
  })
})
