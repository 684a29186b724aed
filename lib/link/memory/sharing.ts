/**
 * Large messages beside the socket: each end offers the other memory that both see, writes the bytes there and sends only
 * where they are. It begins with the first large message, since most executors never see one; where it cannot be, or until it
 * is, the bytes go through the socket. A message is copied in and out at once: nobody holds on to the memory, whatever
 * becomes of the call.
 *
 * 1 MB by socket cost each end 0.5 ms; a copy into memory that is always the same costs 0.04 ms, since it stays in the cache
 * of the processor and no page of it is ever new.
 */
import { Kind } from '../frame.ts'
import { decodeNumbers, decodePlace, encodeNumbers, encodePlace, wrong } from './frames.ts'
import { Ring } from './ring.ts'
import { createSharedMemory, openSharedMemory, type SharedMemory } from './shared-memory.ts'

/** Of each direction of a link. */
export const SHARED_BYTES = 2 * 1024 * 1024

export interface SharingOptions {
  /** Bytes of memory for what this end sends; 0: none. */
  readonly bytes: number
  /** A folder of a file system in memory. */
  readonly folder: string
  send(kind: Kind, payload: Uint8Array): void
  /** There is room in the ring that was none before. */
  roomier(): void
}

export interface Sharing {
  /** The memory for what this end sends; null: not yet, or never. Asking begins it. */
  ring(): Ring | null
  /** A part of the other end's memory; raises XserveError INTERNAL for what cannot be one. */
  view(offset: number, length: number): Uint8Array
  /** So many bytes of the other end's memory have been copied out. */
  taken(length: number): void
  /** Tells the other end what is free again; for the end of each read. */
  settle(): void
  /** The other end offers its memory. */
  offered(payload: Uint8Array): void
  /** It has taken ours, or not. */
  answered(payload: Uint8Array): void
  freed(payload: Uint8Array): void
  close(): void
}

export function createSharing(options: SharingOptions): Sharing {
  let state: 'unasked' | 'offered' | 'shared' | 'none' = options.bytes > 0 ? 'unasked' : 'none'
  let own: SharedMemory | null = null
  let ring: Ring | null = null
  let theirs: Uint8Array | null = null
  let owed = 0

  function offer(): void {
    own = createSharedMemory(options.bytes, options.folder)
    state = own === null ? 'none' : 'offered'
    if (own === null) return
    options.send(Kind.offer, encodePlace(own.path, options.bytes))
  }

  return {
    ring() {
      if (state === 'unasked') offer()
      return ring
    },
    view(offset, length) {
      if (theirs === null || offset + length > theirs.length) {
        throw wrong(`${length} bytes at ${offset} of ${theirs?.length ?? 0} that are shared`)
      }
      return theirs.subarray(offset, offset + length)
    },
    taken(length) {
      owed += length
    },
    settle() {
      if (owed === 0) return
      options.send(Kind.free, encodeNumbers(owed))
      owed = 0
    },
    offered(payload) {
      if (theirs !== null) throw wrong('a second memory')
      const { path, values } = decodePlace(payload, 1)
      theirs = openSharedMemory(path, values[0]!)
      options.send(Kind.take, encodeNumbers(theirs === null ? 0 : 1))
    },
    answered(payload) {
      if (state !== 'offered') throw wrong('an answer without an offer')
      own!.hide()
      state = decodeNumbers(payload, 1)[0] === 1 ? 'shared' : 'none'
      if (state === 'shared') ring = new Ring(own!.bytes)
      own = null
    },
    freed(payload) {
      if (ring?.free(decodeNumbers(payload, 1)[0]!) !== true) throw wrong('more is free than was used')
      options.roomier()
    },
    close() {
      own?.hide()
      state = 'none'
      own = null
      ring = null
      theirs = null
    },
  }
}
