/** What is placed stays until it is released; there is no more of it than is allowed. */
import { afterAll, afterEach, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { UNIT } from '../../../lib/link/memory/blocks.ts'
import type { LentMemory } from '../../../lib/link/memory/loan.ts'
import { SHARED_FOLDER } from '../../../lib/link/memory/shared-memory.ts'
import { createStore, GROWTH, type Store, type StoreOptions } from '../../../lib/link/memory/store.ts'

const SHARES = existsSync(SHARED_FOLDER)
const MB = 1024 * 1024
let stores: Store[] = []
afterEach(() => {
  for (const store of stores.splice(0)) store.close()
  stores = []
})

function open(options: StoreOptions = {}): Store {
  const store = createStore(options)
  stores.push(store)
  return store
}

const all = () => true

test.skipIf(!SHARES)('parts stand one behind the other', () => {
  const loan = open().place([Buffer.from('one '), Buffer.alloc(UNIT, 'x'), Buffer.from(' two')], UNIT + 8, all)!
  expect(Buffer.from(loan.bytes).toString()).toBe(`one ${'x'.repeat(UNIT)} two`)
})

test.skipIf(!SHARES)('it grows with what is lent at once, up to the most, and uses again what is free', () => {
  const store = open({ most: 2 * GROWTH })
  const bytes = new Uint8Array(3 * MB)
  const place = () => store.place([bytes], bytes.length, all)
  const loans = [place(), place(), place(), place()]
  expect(new Set(loans.map((loan) => loan!.memory)).size).toBe(2)
  expect(place()).toBeNull()
  loans[1]!.release()
  const again = place()!
  expect(again.memory).toBe(loans[1]!.memory)
  expect(again.bytes.byteOffset).toBe(loans[1]!.bytes.byteOffset)
})

test.skipIf(!SHARES)(
  'a message larger than a step has a memory of its own, unless it is larger than all may be',
  () => {
    const store = open({ most: 3 * GROWTH })
    const large = new Uint8Array(GROWTH + 5)
    expect(store.place([large], large.length, all)!.bytes.length).toBe(GROWTH + 5)
    expect(store.place([large], 2 * GROWTH, all)).toBeNull()
  },
)

test.skipIf(!SHARES)('nothing is placed, and no more memory is made, where the reader does not see it', () => {
  const store = open()
  const bytes = new Uint8Array(UNIT)
  const asked: LentMemory[] = []
  const blind = (memory: LentMemory) => {
    asked.push(memory)
    return false
  }
  for (let n = 0; n < 5; n++) expect(store.place([bytes], UNIT, blind)).toBeNull()
  expect(asked).toHaveLength(5)
  expect(new Set(asked).size).toBe(1)
  expect(store.place([bytes], UNIT, all)!.memory).toBe(asked[0]!)
})

test.each([
  ['none allowed', { most: 0 }],
  ['no such folder', { folder: '/nowhere/at/all' }],
])('%s: nothing is lent', (_case, options) => {
  const store = open(options)
  expect(store.place([new Uint8Array(UNIT)], UNIT, all)).toBeNull()
  expect(store.place([new Uint8Array(UNIT)], UNIT, all)).toBeNull()
})

test.skipIf(!SHARES)('room can be reserved before there is anything to put in', () => {
  const store = open({ most: GROWTH })
  const loan = store.reserve(GROWTH)!
  expect(loan.bytes.length).toBe(GROWTH)
  expect(store.reserve(1)).toBeNull()
  loan.release()
  expect(store.reserve(1)).not.toBeNull()
})

// As a container has it, but smaller: only root can make one.
const small = mkdtempSync(path.join(tmpdir(), 'xserve-store-'))
const mounted = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', 'size=64m', 'none', small]).success
afterAll(() => {
  if (mounted) Bun.spawnSync(['umount', '-l', small])
  rmdirSync(small)
})

test.skipIf(!mounted)('of what is free it takes a quarter, and leaves the rest to others', () => {
  const store = open({ folder: small, most: 8 * GROWTH })
  const place = () => store.place([new Uint8Array(GROWTH)], GROWTH, all)
  // 64 MiB, 56, 48, 40, 32: the next step would be more than a quarter.
  const loans = [place(), place(), place(), place(), place(), place()]
  expect(loans.map((loan) => loan !== null)).toEqual([true, true, true, true, true, false])
  // What it has it goes on using.
  loans[2]!.release()
  expect(place()).not.toBeNull()
})
