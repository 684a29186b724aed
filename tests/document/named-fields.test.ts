import { expect, test } from 'bun:test'
import { openFields } from '../../lib/document/named-fields.ts'

test('the members of the object are the fields, and asking for names reads none', () => {
  const kept = new Map<string, unknown>([['a', 1]])
  const read: string[] = []
  const fields = openFields({
    get(name) {
      read.push(name)
      return kept.get(name)
    },
    peek: (name) => kept.get(name),
    came: () => undefined,
    tellsAbsent: () => true,
    has: (name) => kept.has(name),
    set: (name, value) => void (value === undefined ? kept.delete(name) : kept.set(name, value)),
    names: () => [...kept.keys()],
  })
  expect([Object.keys(fields), 'a' in fields, 'b' in fields, Object.hasOwn(fields, 'b')]).toEqual([
    ['a'],
    true,
    false,
    false,
  ])
  expect(read).toEqual([])
  fields.b = 2
  Object.defineProperty(fields, 'c', { value: 3 })
  delete fields.a
  expect({ ...fields }).toEqual({ b: 2, c: 3 })
  expect(JSON.stringify(fields)).toBe('{"b":2,"c":3}')
  expect(fields[Symbol.iterator as unknown as string]).toBeUndefined()
  expect(fields.constructor).toBeUndefined()
})
