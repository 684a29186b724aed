/** What `@requests` takes for a schema. */
import { expect, test } from 'bun:test'
import { z } from 'zod'
import { readSchema } from '../../../lib/executor/typed/read-schema.ts'

test('JSON schema is named by its title, else by its place', () => {
  const schema = { title: 'Thing', type: 'object', properties: {} }
  expect(readSchema(schema, 'input', 'XInput')).toEqual({
    named: { name: 'Thing', model: schema },
    validate: null,
    what: 'XInput',
  })
  expect(readSchema({}, 'input', 'XInput').named?.name).toBe('XInput')
})

test('zod tells the JSON schema of either side, a field that it cannot say is anything', () => {
  const Question = z
    .object({ text: z.string(), top: z.number().default(3), at: z.date().optional() })
    .meta({ title: 'Question' })
  const input = readSchema(Question, 'input', 'XInput').named
  expect([input?.name, input?.model.required]).toEqual(['Question', ['text']])
  expect((input!.model.properties as Record<string, unknown>).at).toEqual({})
  expect(readSchema(Question, 'output', 'XOutput').named?.model.required).toEqual(['text', 'top'])
})

test('by the method that libraries had before the extension, or not at all', () => {
  const standard = (more: object) => ({
    '~standard': { version: 1, vendor: 'v', validate: (value: unknown) => ({ value }) },
    ...more,
  })
  const named = (more: object) => readSchema(standard(more) as never, 'input', 'XInput').named
  expect(named({ toJSONSchema: ({ io }: { io: string }) => ({ title: io }) })?.name).toBe('input')
  expect(named({})).toBeNull()
  expect(
    named({
      toJSONSchema: () => {
        throw new Error('cannot')
      },
    }),
  ).toBeNull()
})

test.each([[5], ['x'], [[]], [null], [{ type: 'array' }]])('%j is refused', (value) => {
  expect(() => readSchema(value as never, 'input', 'XInput')).toThrow('XInput is declared by')
})
