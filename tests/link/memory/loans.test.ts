/** The loans of a request end with it, or before, and what comes later is no loan. */
import { afterEach, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { UNIT } from '../../../lib/link/memory/blocks.ts'
import { loanOf } from '../../../lib/link/memory/loan.ts'
import { Loans, loansOf } from '../../../lib/link/memory/loans.ts'
import { SHARED_FOLDER } from '../../../lib/link/memory/shared-memory.ts'
import { createStore, type Store } from '../../../lib/link/memory/store.ts'
import { detachedContext } from '../../../lib/wire/call.ts'

const SHARES = existsSync(SHARED_FOLDER)
const SIZE = 2 * UNIT
const all = () => true
let store: Store | null = null
afterEach(() => {
  store?.close()
  store = null
})

function begin() {
  store = createStore({ most: 16 * UNIT })
  const lender = store
  const bytes = new Uint8Array(SIZE).fill(7)
  return { loans: new Loans(lender), lend: () => lender.place([bytes], SIZE, all)!, bytes }
}

test.skipIf(!SHARES)('what is kept ends with the request', () => {
  const { loans, lend, bytes } = begin()
  const kept = [loans.keep(lend()), loans.keep(lend())]
  expect(kept).toEqual([bytes, bytes])
  expect(kept.map(loanOf)).not.toContain(null)
  loans.end()
  expect(kept.map(loanOf)).toEqual([null, null])
})

test.skipIf(!SHARES)('what comes after the end is copied, and goes back at once', () => {
  const { loans, lend, bytes } = begin()
  loans.end()
  const loan = lend()
  const kept = loans.keep(loan)
  expect(kept).not.toBe(loan.bytes)
  expect([new Uint8Array(kept), loanOf(kept), loanOf(loan.bytes)]).toEqual([bytes, null, null])
  expect(loans.lendable(bytes, all)).toBe(bytes)
})

test.skipIf(!SHARES)('what a request has is copied to where it can be lent once, for all readers', () => {
  const { loans, bytes } = begin()
  const first = loans.lendable(bytes, all)
  expect(first).not.toBe(bytes)
  expect(first).toEqual(bytes)
  expect(loans.lendable(bytes, all)).toBe(first)
  expect(loans.lendable(first, all)).toBe(first)
  loans.release(bytes)
  expect(loanOf(first)).toBeNull()
  const again = loans.lendable(bytes, all)
  loans.end()
  expect(loanOf(again)).toBeNull()
})

test.skipIf(!SHARES)('a part of what is kept releases it; nothing is released twice, or for others', () => {
  const { loans, lend, bytes } = begin()
  const kept = loans.keep(lend())
  const theirs = lend()
  loans.release(kept.subarray(8))
  loans.release(kept)
  loans.release(theirs.bytes)
  loans.release(bytes)
  expect([loanOf(kept), loanOf(theirs.bytes)]).toEqual([null, theirs])
  loans.end()
  expect(loanOf(theirs.bytes)).toBe(theirs)
})

test('few bytes, and what no reader would see, stay where they are', () => {
  const { loans } = begin()
  const few = new Uint8Array(UNIT)
  const many = new Uint8Array(SIZE)
  expect(loans.lendable(few, all)).toBe(few)
  expect(loans.lendable(many, () => false)).toBe(many)
})

test('a call has loans where somebody walks a graph for it', () => {
  const loans = new Loans(null)
  expect(loansOf({ ...detachedContext(), loans })).toBe(loans)
  expect(loansOf(detachedContext())).toBeNull()
})

test.skipIf(!SHARES)('what lasts longer is handed over, or copied where nobody keeps it', () => {
  const { loans, lend, bytes } = begin()
  const heir = new Loans(null)
  const [lasting, copied, late] = [loans.keep(lend()), loans.keep(lend()), loans.keep(lend())]
  expect(loans.handOver(lasting.subarray(8), heir)).toEqual(bytes.subarray(8))
  const copy = loans.handOver(copied, null)
  expect(loans.handOver(bytes, heir)).toBe(bytes)
  loans.release(lasting)
  heir.end()
  const own = loans.handOver(late, heir)
  loans.end()
  expect([copy, own].map((kept) => [loanOf(kept), new Uint8Array(kept)])).toEqual([
    [null, bytes],
    [null, bytes],
  ])
  expect([lasting, copied, late].map(loanOf)).toEqual([null, null, null])
})

test.skipIf(!SHARES)('what was handed over is there when the loans of its way are over', () => {
  const { loans, lend } = begin()
  const heir = new Loans(null)
  const lasting = loans.handOver(loans.keep(lend()), heir)
  loans.end()
  expect(loanOf(lasting)).not.toBeNull()
  heir.end()
  expect(loanOf(lasting)).toBeNull()
})

test.skipIf(!SHARES)('what others keep can be kept beyond their end', () => {
  const { loans, lend } = begin()
  const longer = new Loans(null)
  longer.holdAll(loans)
  const kept = loans.keep(lend())
  longer.holdAll(loans)
  loans.end()
  expect(loanOf(kept)).not.toBeNull()
  longer.end()
  expect(loanOf(kept)).toBeNull()
})
