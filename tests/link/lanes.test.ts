/** What a large message is cut into: loans where the other end sees them, and copies of all else. */
import { expect, test } from 'bun:test'
import { Batch } from '../../lib/link/batch.ts'
import { CHUNK, FLAG_CHUNK, FLAG_FIRST, FLAG_LENT, FLAG_SHARED, HEAD, Kind, TOTAL } from '../../lib/link/frame.ts'
import { Lanes } from '../../lib/link/lanes.ts'
import { UNIT } from '../../lib/link/memory/blocks.ts'
import { LentMemory, type Loan } from '../../lib/link/memory/loan.ts'
import { Ring } from '../../lib/link/memory/ring.ts'

function setting(options: { sees?: boolean; ring?: Ring } = {}) {
  const memory = new LentMemory({ bytes: new Uint8Array(16 * UNIT), path: '', hide() {} }, () => {})
  const lent: Loan[] = []
  const lanes = new Lanes(1e9, {
    ring: () => options.ring ?? null,
    lend(loan) {
      if (options.sees === false) return 0
      lent.push(loan)
      return memory.id
    },
  })
  const batch = new Batch()
  /** Each frame as its flags and how many bytes stand in it, the total aside; then the batch is empty. */
  const frames = (): (readonly [number, number])[] => {
    const found: (readonly [number, number])[] = []
    for (let at = batch.start; at < batch.end; ) {
      const [length, flags] = [batch.view.getUint32(at, true), batch.view.getUint8(at + 9)]
      found.push([flags, (flags & FLAG_FIRST) === 0 ? length : length - TOTAL])
      at += HEAD + length
    }
    batch.taken(batch.length)
    return found
  }
  return { memory, lent, lanes, batch, frames }
}

const few = new Uint8Array(40)
const lengthOf = (parts: readonly Uint8Array[]) => parts.reduce((sum, part) => sum + part.length, 0)

test('parts on loan are told of, the others copied', () => {
  const { memory, lanes, batch, frames, lent } = setting()
  const loans = [memory.lend(0, 3 * UNIT)!, memory.lend(4 * UNIT, 2 * UNIT)!]
  const parts = [few, loans[0]!.bytes, few, few, loans[1]!.bytes.subarray(8), few]
  lanes.add(Kind.call, 2, parts, lengthOf(parts))
  lanes.fill(batch)
  expect(frames()).toEqual([
    [FLAG_CHUNK | FLAG_FIRST, 40],
    [FLAG_CHUNK | FLAG_LENT, 12],
    [FLAG_CHUNK, 80],
    [FLAG_CHUNK | FLAG_LENT, 12],
    [FLAG_CHUNK, 40],
  ])
  expect(lent).toEqual(loans)
  expect([lanes.bytes, lanes.isEmpty]).toEqual([0, true])
})

test('a message that is one loan is one frame', () => {
  const { memory, lanes, batch, frames } = setting()
  const { bytes } = memory.lend(UNIT, 3 * UNIT)!
  lanes.add(Kind.end, 2, [bytes], bytes.length)
  lanes.fill(batch)
  expect([4, 8, 12].map((at) => batch.view.getUint32(HEAD + at, true))).toEqual([memory.id, UNIT, 3 * UNIT])
  expect(frames()).toEqual([[FLAG_CHUNK | FLAG_FIRST | FLAG_LENT, 12]])
})

test('where the other end does not see it, all of it is copied', () => {
  const { memory, lanes, batch, frames } = setting({ sees: false })
  const loan = memory.lend(0, CHUNK + 100)!
  lanes.add(Kind.call, 2, [few, loan.bytes], 40 + loan.bytes.length)
  lanes.fill(batch)
  expect(frames()).toEqual([
    [FLAG_CHUNK | FLAG_FIRST, 40],
    [FLAG_CHUNK, CHUNK],
    [FLAG_CHUNK, 100],
  ])
  const ring = new Ring(new Uint8Array(UNIT))
  const other = setting({ sees: false, ring })
  other.lanes.add(Kind.call, 2, [few, loan.bytes], 40 + loan.bytes.length)
  other.lanes.fill(other.batch)
  expect(other.frames()).toEqual([
    [FLAG_CHUNK | FLAG_FIRST, 40],
    [FLAG_CHUNK | FLAG_SHARED, 8],
    // The rest is little enough for the socket.
    [FLAG_CHUNK, 100],
  ])
})

test('a message holds its loans until it is sent, or dropped', () => {
  const { memory, lanes, batch } = setting()
  for (const way of ['sent', 'dropped', 'cleared'] as const) {
    const loan = memory.lend(0, 2 * UNIT)!
    lanes.add(Kind.call, 2, [few, loan.bytes], 40 + loan.bytes.length)
    loan.release()
    expect(memory.loanAt(0)).toBe(loan)
    if (way === 'sent') lanes.fill(batch)
    else if (way === 'dropped') lanes.drop(2)
    else lanes.clear()
    expect(memory.loanAt(0)).toBeUndefined()
    expect([lanes.bytes, lanes.isEmpty]).toEqual([0, true])
  }
})

test('a full ring keeps a call waiting, and no other that needs none of it', () => {
  const ring = new Ring(new Uint8Array(UNIT))
  const { lanes, batch, frames, memory } = setting({ ring })
  lanes.add(Kind.call, 2, [new Uint8Array(3 * UNIT)], 3 * UNIT)
  const { bytes } = memory.lend(0, 2 * UNIT)!
  lanes.add(Kind.call, 4, [bytes], bytes.length)
  lanes.fill(batch)
  expect(frames()).toEqual([
    [FLAG_CHUNK | FLAG_FIRST | FLAG_SHARED, 8],
    [FLAG_CHUNK | FLAG_FIRST | FLAG_LENT, 12],
  ])
  expect([lanes.isReady, lanes.isEmpty, lanes.roomier()]).toEqual([false, false, true])
  expect(lanes.roomier()).toBe(false)
})
