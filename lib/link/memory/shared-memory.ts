/**
 * Memory that two processes see: a file without a name in a file system that lives in memory. Nothing can be left behind by
 * whoever is killed, and nobody else can open it: the kernel frees it with the last process that has it.
 */
import { closeSync, constants, openSync, statfsSync, writeSync } from 'node:fs'

/** Where Linux keeps shared memory; elsewhere (macOS) there is no such folder, and nothing is shared. */
export const SHARED_FOLDER = '/dev/shm'

/** Linux' flag for a file without a name; the same on every processor but for O_DIRECTORY, which it contains. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY
const OWNER_ONLY = 0o600
const ZEROS = 64 * 1024

export interface SharedMemory {
  readonly bytes: Uint8Array
  /** Under this path another process of the same user opens it, until `hide`. */
  readonly path: string
  /** Gives up the descriptor: from then on nobody can open the memory, or shorten it under those who have it. */
  hide(): void
}

/** Bytes that are free there; 0 where nobody knows. */
export function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return 0
  }
}

/** null where there is no room for it, or no such thing at all: then messages go through the socket. */
export function createSharedMemory(size: number, folder: string): SharedMemory | null {
  let fd: number
  try {
    fd = openSync(folder, O_TMPFILE | constants.O_RDWR, OWNER_ONLY)
  } catch {
    return null
  }
  try {
    allocate(fd, size)
    return behind(fd, size)
  } catch {
    closeSync(fd)
    return null
  }
}

/** The memory of another process; null: it cannot be opened from here, or is not as large as told. */
export function openSharedMemory(path: string, size: number): Uint8Array | null {
  try {
    return map(path, size)
  } catch {
    return null
  }
}

/** Writes all of it: a page that is missing when it is first touched would kill the process (SIGBUS) instead of failing. */
function allocate(fd: number, size: number): void {
  const zeros = new Uint8Array(ZEROS)
  for (let at = 0; at < size; ) at += writeSync(fd, zeros, 0, Math.min(ZEROS, size - at), at)
}

/** The same, with a descriptor by which yet another process opens it. */
export function openToPassOn(path: string, size: number): SharedMemory | null {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDWR)
  } catch {
    return null
  }
  try {
    return behind(fd, size)
  } catch {
    closeSync(fd)
    return null
  }
}

/** The memory of a descriptor, which it owns from here on; throws where it is not as large as told. */
function behind(fd: number, size: number): SharedMemory {
  let open = true
  return {
    bytes: map(`/proc/self/fd/${fd}`, size),
    path: `/proc/${process.pid}/fd/${fd}`,
    hide() {
      if (open) closeSync(fd)
      open = false
    },
  }
}

function map(path: string, size: number): Uint8Array {
  const bytes = Bun.mmap(path, { shared: true })
  if (bytes.length !== size) throw new RangeError(`${path} has ${bytes.length} bytes instead of ${size}`)
  return bytes
}
