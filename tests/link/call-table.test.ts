/** Numbers of calls: found, never confused, never given twice while open. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { createCallTable } from '../../lib/link/call-table.ts'

test('numbers rise by two from the first', () => {
  const table = createCallTable<{ number: number }>(1)
  expect([table.next(), table.next(), table.next()]).toEqual([1, 3, 5])
})

test('behaves as a map does, through growth and crowded slots', () => {
  const step = fc.record({
    add: fc.boolean(),
    number: fc.integer({ min: 1, max: 40 }).map((n) => 2 + n * 512 * (1 + (n % 3))),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const table = createCallTable<{ number: number }>(2)
      const model = new Map<number, { number: number }>()
      for (const { add, number } of steps) {
        const known = model.get(number)
        if (add && known === undefined) {
          const entry = { number }
          table.add(entry)
          model.set(number, entry)
        } else if (!add && known !== undefined) {
          table.remove(known)
          model.delete(number)
        }
        expect(table.get(number)).toBe(model.get(number))
        expect(table.size).toBe(model.size)
      }
      expect(new Set(table.all())).toEqual(new Set(model.values()))
    }),
  )
})

test('thousands of open calls are all found, and the long-lived one is not met by another', () => {
  const table = createCallTable<{ number: number }>(2)
  const old = { number: table.next() }
  table.add(old)
  for (let i = 0; i < 20_000; i++) {
    const entry = { number: table.next() }
    table.add(entry)
    if (i % 2 === 0) table.remove(entry)
  }
  expect(table.size).toBe(10_001)
  expect(table.get(old.number)).toBe(old)
  for (const entry of table.all()) expect(table.get(entry.number)).toBe(entry)
})

test('removing what is gone changes nothing', () => {
  const table = createCallTable<{ number: number }>(2)
  const entry = { number: 2 }
  table.add(entry)
  table.remove(entry)
  table.remove(entry)
  expect(table.size).toBe(0)
})
