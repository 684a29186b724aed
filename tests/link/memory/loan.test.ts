/** A loan stands as long as somebody holds it, and its bytes tell that they are one. */
import { expect, test } from 'bun:test'
import { UNIT } from '../../../lib/link/memory/blocks.ts'
import { LentMemory, loanOf, ownBytes } from '../../../lib/link/memory/loan.ts'

function memory(units = 8) {
  const over: number[] = []
  let hidden = 0
  const lent = new LentMemory(
    { bytes: new Uint8Array(units * UNIT), path: '/proc/1/fd/1', hide: () => hidden++ },
    (at) => over.push(at),
  )
  return { lent, over, hidden: () => hidden }
}

test('it is over with its last holder', () => {
  const { lent, over } = memory()
  const loan = lent.lend(2 * UNIT, UNIT + 10)!
  loan.hold()
  loan.release()
  expect(over).toEqual([])
  expect(lent.loanAt(3 * UNIT)).toBe(loan)
  loan.release()
  expect(over).toEqual([2 * UNIT])
  expect(lent.loanAt(2 * UNIT)).toBeUndefined()
  expect(lent.lend(2 * UNIT, UNIT)).not.toBeNull()
})

test.each([
  ['within a unit', 1, UNIT],
  ['beyond the end', 7 * UNIT, UNIT + 1],
  ['behind the end', 8 * UNIT, 1],
  ['of nothing', 0, 0],
  ['of what is lent', 3 * UNIT, UNIT],
  ['over what is lent', 0, 5 * UNIT],
])('none %s', (_case, offset, length) => {
  const { lent } = memory()
  expect(lent.lend(3 * UNIT, UNIT)).not.toBeNull()
  expect(lent.lend(offset, length)).toBeNull()
})

test('large parts of it are known as such, wherever they begin; others, and few bytes, are not', () => {
  const { lent } = memory()
  const loan = lent.lend(UNIT, 4 * UNIT)!
  expect(loanOf(loan.bytes)).toBe(loan)
  expect(loanOf(loan.bytes.subarray(8))).toBe(loan)
  expect(loanOf(loan.bytes.subarray(2 * UNIT + 5))).toBe(loan)
  expect(loanOf(loan.bytes.subarray(0, UNIT))).toBeNull()
  expect(loanOf(new Uint8Array(2 * UNIT))).toBeNull()
  loan.release()
  expect(loanOf(loan.bytes)).toBeNull()
})

test('own bytes stay as they were', () => {
  const { lent } = memory()
  const { bytes } = lent.lend(0, 2 * UNIT)!
  bytes.fill(7)
  const own = ownBytes(bytes)
  bytes.fill(8)
  expect(own.length).toBe(2 * UNIT)
  expect(own.every((byte) => byte === 7)).toBe(true)
  expect(ownBytes(own)).toBe(own)
})

test('closing tells who watches, once, and what is held stays readable', () => {
  const { lent, over, hidden } = memory()
  const loan = lent.lend(0, 2 * UNIT)!
  const told: string[] = []
  const other = (): void => void told.push('other')
  lent.watch((one) => told.push(String(one === lent)))
  lent.watch(other)
  lent.unwatch(other)
  lent.close()
  lent.close()
  expect(told).toEqual(['true'])
  expect(hidden()).toBe(1)
  expect(loan.bytes.length).toBe(2 * UNIT)
  loan.release()
  expect(over).toEqual([])
})
