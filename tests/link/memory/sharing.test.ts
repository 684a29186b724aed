/** How two ends agree on memory, and what neither may say. */
import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { Kind } from '../../../lib/link/frame.ts'
import { SHARED_FOLDER } from '../../../lib/link/memory/shared-memory.ts'
import { createSharing, type Sharing } from '../../../lib/link/memory/sharing.ts'

const SIZE = 128 * 1024
const number = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer)

/** Two ends; what one says the other hears at once. */
function pair(folder = SHARED_FOLDER, bytes = SIZE) {
  const said: Kind[] = []
  let roomier = 0
  const hear = (end: Sharing, kind: Kind, payload: Uint8Array): void => {
    said.push(kind)
    if (kind === Kind.offer) end.offered(payload)
    else if (kind === Kind.take) end.answered(payload)
    else end.freed(payload)
  }
  const left: Sharing = createSharing({
    bytes,
    folder,
    send: (kind, payload) => hear(right, kind, payload),
    roomier: () => roomier++,
  })
  const right: Sharing = createSharing({
    bytes,
    folder,
    send: (kind, payload) => hear(left, kind, payload),
    roomier() {},
  })
  return { left, right, said, rooms: () => roomier }
}

test.skipIf(!existsSync(SHARED_FOLDER))('the first question brings memory that both see, in one direction', () => {
  const { left, right, said, rooms } = pair()
  const ring = left.ring()!
  expect(said).toEqual([Kind.offer, Kind.take])
  ring.bytes.set(Buffer.from('shared'), 0)
  ring.advance(6)
  expect(Buffer.from(right.view(0, 6)).toString()).toBe('shared')
  right.settle()
  expect(rooms()).toBe(0)
  right.taken(2)
  right.taken(4)
  right.settle()
  right.settle()
  expect(rooms()).toBe(1)
  expect(said).toEqual([Kind.offer, Kind.take, Kind.free])
  expect(() => left.view(0, 1)).toThrow('1 bytes at 0 of 0')
  left.close()
  expect(left.ring()).toBeNull()
})

test.each([
  ['no such folder', '/nowhere/at/all', SIZE],
  ['none wanted', SHARED_FOLDER, 0],
])('%s: nothing is said, and the socket does', (_case, folder, bytes) => {
  const { left, said } = pair(folder, bytes)
  expect(left.ring()).toBeNull()
  expect(left.ring()).toBeNull()
  expect(said).toEqual([])
})

test('memory that the other end cannot open is given up', () => {
  const sent: Uint8Array[] = []
  const end = createSharing({
    bytes: SIZE,
    folder: SHARED_FOLDER,
    send: (_, payload) => sent.push(payload),
    roomier() {},
  })
  const path = Buffer.from('/proc/1/fd/999999')
  end.offered(Buffer.concat([number(SIZE), path]))
  expect(sent).toEqual([Buffer.from(number(0))])
  const { left } = pair()
  expect(() => left.answered(number(1))).toThrow('an answer without an offer')
})

test.skipIf(!existsSync(SHARED_FOLDER))('an offer that was refused is not repeated', () => {
  let offers = 0
  const end = createSharing({ bytes: SIZE, folder: SHARED_FOLDER, send: () => offers++, roomier() {} })
  expect(end.ring()).toBeNull()
  end.answered(number(0))
  expect(end.ring()).toBeNull()
  expect(offers).toBe(1)
})

test.skipIf(!existsSync(SHARED_FOLDER))('what cannot be is refused', () => {
  const { left, right } = pair()
  left.ring()
  expect(() => left.freed(number(1))).toThrow('more is free than was used')
  expect(() => left.freed(new Uint8Array(3))).toThrow('3 bytes for 1 numbers')
  expect(() => right.view(SIZE - 1, 2)).toThrow('2 bytes at')
  expect(() => left.offered(Buffer.concat([number(SIZE), Buffer.from('/etc/hostname')]))).toThrow('"/etc/hostname"')
  expect(() => right.offered(number(SIZE))).toThrow('a second memory')
})
