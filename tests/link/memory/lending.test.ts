/** What two ends say of what they lend each other, and what neither may say. */
import { afterEach, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { Kind } from '../../../lib/link/frame.ts'
import { UNIT } from '../../../lib/link/memory/blocks.ts'
import { encodeNumbers, encodePlace } from '../../../lib/link/memory/frames.ts'
import { createLending, type Lending } from '../../../lib/link/memory/lending.ts'
import type { LentMemory, Loan } from '../../../lib/link/memory/loan.ts'
import { SHARED_FOLDER } from '../../../lib/link/memory/shared-memory.ts'
import { createStore, type Store } from '../../../lib/link/memory/store.ts'

const SHARES = existsSync(SHARED_FOLDER)
const SIZE = 3 * UNIT
const bytes = new Uint8Array(SIZE).fill(7)
const ends: (Lending | Store)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end.close()
})

function store(): Store {
  const made = createStore({ most: 16 * UNIT })
  ends.push(made)
  return made
}

/** Two ends; what one says the other hears at once. */
function pair() {
  const said: Kind[] = []
  const saying = (hearer: () => Lending) => (kind: Kind, payload: Uint8Array) => {
    said.push(kind)
    if (kind === Kind.show) hearer().shown(payload)
    else if (kind === Kind.seen) hearer().seen(payload)
    else if (kind === Kind.unshow) hearer().unshown(payload)
    else hearer().cameBack(payload)
  }
  const [toRight, toLeft] = [saying(() => right), saying(() => left)]
  const left: Lending = createLending({ passesOn: true, send: toRight, sendAlong: toRight })
  const right: Lending = createLending({ passesOn: true, send: toLeft, sendAlong: toLeft })
  ends.push(left, right)
  return { left, right, said }
}

/** In memory that the reader has seen by now. */
function place(from: Store, end: Lending): Loan {
  return from.place([bytes], SIZE, end.sees) ?? from.place([bytes], SIZE, end.sees)!
}

const placeOf = ({ memory, bytes }: Loan) => [memory.id, bytes.byteOffset - memory.bytes.byteOffset] as const

test.skipIf(!SHARES)('memory is shown when it is asked for, once, and seen with the next question', () => {
  const { left, said } = pair()
  const memory = store().place([bytes], SIZE, () => true)!.memory
  expect(left.sees(memory)).toBe(false)
  expect(left.sees(memory)).toBe(true)
  expect(said).toEqual([Kind.show, Kind.seen])
})

test.skipIf(!SHARES)('what is lent can be looked at, and is free once it came back as often as it went', () => {
  const { left, right } = pair()
  const loan = place(store(), left)
  const [id, offset] = placeOf(loan)
  left.lend(loan)
  left.lend(loan)
  loan.release()
  expect(right.look(id, offset, SIZE)).toEqual(bytes)
  right.giveBack(id, offset)
  expect(loan.memory.loanAt(offset)).toBe(loan)
  right.giveBack(id, offset)
  expect(loan.memory.loanAt(offset)).toBeUndefined()
})

test.skipIf(!SHARES)('what is borrowed goes on to a third, and comes back when nobody has it any more', () => {
  const [first, second] = [pair(), pair()]
  const own = place(store(), first.left)
  first.left.lend(own)
  own.release()
  const loan = first.right.borrow(...placeOf(own), SIZE)
  expect(second.left.sees(loan.memory)).toBe(false)
  expect(second.left.sees(loan.memory)).toBe(true)
  second.left.lend(loan)
  expect(second.right.look(...placeOf(loan), SIZE)).toEqual(bytes)
  loan.release()
  expect(first.said).not.toContain(Kind.back)
  second.right.giveBack(...placeOf(loan))
  expect(first.said).toContain(Kind.back)
  expect(own.memory.loanAt(placeOf(own)[1])).toBeUndefined()
})

test.skipIf(!SHARES)('an end that goes gives back all that it holds', () => {
  const { left } = pair()
  const loan = place(store(), left)
  left.lend(loan)
  left.lend(loan)
  loan.release()
  left.close()
  expect(loan.memory.loanAt(placeOf(loan)[1])).toBeUndefined()
})

test.skipIf(!SHARES)('memory of an end that has gone is shown to nobody, and a third is told', () => {
  const [first, second] = [pair(), pair()]
  const own = place(store(), first.left)
  first.left.lend(own)
  const loan = first.right.borrow(...placeOf(own), SIZE)
  second.left.sees(loan.memory)
  second.left.lend(loan)
  first.right.close()
  expect(second.said).toEqual([Kind.show, Kind.seen, Kind.unshow])
  expect(second.left.sees(loan.memory)).toBe(false)
  expect(second.said).toHaveLength(3)
  // It had not heard of it yet.
  second.left.cameBack(encodeNumbers(...placeOf(loan)))
  expect(() => second.right.look(...placeOf(loan), SIZE)).toThrow('which is not shown')
  expect(loan.bytes).toEqual(bytes)
  loan.release()
})

test.skipIf(!SHARES)('memory that cannot be opened is never lent', () => {
  const sent: [Kind, Uint8Array][] = []
  const send = (kind: Kind, payload: Uint8Array) => void sent.push([kind, payload])
  for (const passesOn of [true, false]) {
    const end = createLending({ passesOn, send, sendAlong: send })
    end.shown(encodePlace('/proc/1/fd/999999', 5, SIZE))
    expect(sent.pop()).toEqual([Kind.seen, encodeNumbers(5, 0)])
  }
  const end = createLending({ passesOn: true, send, sendAlong: send })
  const { memory } = store().place([bytes], SIZE, () => true)!
  end.sees(memory)
  end.seen(encodeNumbers(memory.id, 0))
  expect(end.sees(memory)).toBe(false)
  expect(sent.map(([kind]) => kind)).toEqual([Kind.show])
})

test.skipIf(!SHARES)('what cannot be is refused', () => {
  const { left, right } = pair()
  const loan = place(store(), left)
  const [id, offset] = placeOf(loan)
  const { length } = loan.memory.bytes
  expect(() => right.look(id + 1000, 0, 1)).toThrow(`memory ${id + 1000}, which is not shown`)
  expect(() => right.look(id, length - 1, 2)).toThrow(`2 bytes at ${length - 1} of ${length}`)
  expect(() => right.borrow(id, 1, SIZE)).toThrow('where none can be')
  const kept = right.borrow(id, offset, SIZE)
  expect(() => right.borrow(id, offset, UNIT)).toThrow('where none can be')
  expect(() => left.cameBack(encodeNumbers(id, offset))).toThrow('where none was given')
  expect(() => right.shown(encodePlace('/proc/1/fd/1', id, SIZE))).toThrow(`memory ${id} a second time`)
  expect(() => right.shown(encodePlace('/etc/passwd', 77, SIZE))).toThrow('"/etc/passwd"')
  expect(() => left.seen(new Uint8Array(7))).toThrow('7 bytes for 2 numbers')
  expect(kept.bytes).toEqual(bytes)
})

test('an answer about memory that has been closed meanwhile is nobody’s fault', () => {
  const end = createLending({ passesOn: true, send() {}, sendAlong() {} })
  end.seen(encodeNumbers(99, 1))
  end.unshown(encodeNumbers(99))
  end.cameBack(encodeNumbers(99, 0))
  expect(end.sees({ id: 99, isClosed: true } as LentMemory)).toBe(false)
})
