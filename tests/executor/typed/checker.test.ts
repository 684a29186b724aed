/** Schemas of both kinds as checks: what passes, what is told of what does not. */
import { describe, expect, test } from 'bun:test'
import { z } from 'zod'
import { createChecker } from '../../../lib/executor/typed/checker.ts'

const schema = {
  title: 'Thing',
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string' },
    counts: { type: 'array', items: { type: 'integer' } },
    deep: { type: 'object', properties: { 'a/b': { type: 'number', minimum: 1 } } },
  },
}

describe('JSON schema', () => {
  const { named, check } = createChecker(schema, 'input', 'Fallback')
  test('is named by its title, else by its place', () => {
    expect(named).toEqual({ name: 'Thing', model: schema })
    expect(createChecker({}, 'input', 'Fallback').named?.name).toBe('Fallback')
  })

  test.each<[object, string]>([
    [{ name: 5 }, 'docs[0].name: expected string, got number'],
    [{}, 'docs[0]: the field "name" is missing'],
    [{ name: 'a', counts: [1, 'x'] }, 'docs[0].counts[1]: expected integer, got string'],
    [{ name: 'a', counts: [1.5] }, 'docs[0].counts[0]: expected integer, got number'],
    [{ name: 'a', deep: { 'a/b': 0 } }, 'docs[0].deep.a/b: '],
  ])('%j', (value, message) => {
    expect(() => check(value, 'docs[0]')).toThrow(message)
  })

  test('what fits comes back', () => {
    const value = { name: 'a', more: true }
    expect(check(value, 'docs[0]')).toBe(value)
  })
})

describe('Standard Schema', () => {
  const { named, check } = createChecker(
    z.object({ name: z.string().trim(), top: z.number().int().default(3) }).meta({ title: 'Question' }),
    'input',
    'Fallback',
  )
  test('has the JSON schema of what is sent', () => {
    expect([named?.name, named?.model.required]).toEqual(['Question', ['name']])
  })

  test('gives what it makes of a value, or the place and reason', async () => {
    expect(await check({ name: ' a ' }, 'docs[0]')).toEqual({ name: 'a', top: 3 })
    expect(() => check({ name: 'a', top: 'x' }, 'docs[0]')).toThrow(/^docs\[0\]\.top: .*number/)
  })

  test('may take its time', async () => {
    const slow = createChecker(
      z.string().refine(async (text) => text === 'good', 'not good'),
      'input',
      'Fallback',
    )
    expect(await slow.check('good', 'p')).toBe('good')
    await expect(slow.check('bad', 'p') as Promise<unknown>).rejects.toThrow('p: not good')
  })

  test('that no JSON schema can say is checked all the same', () => {
    const date = createChecker(z.object({ at: z.date() }), 'input', 'Fallback')
    expect(date.named).toBeNull()
    expect(() => date.check({ at: 'x' }, 'docs[0]')).toThrow('docs[0].at: ')
  })
})

test.each([[5], ['x'], [[]], [null]])('%j is no schema', (value) => {
  expect(() => createChecker(value as never, 'input', 'XInput')).toThrow('XInput is declared by')
})
