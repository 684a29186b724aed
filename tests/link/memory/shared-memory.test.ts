/** Memory that two have, that nobody else can find and that is gone with them. */
import { expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSharedMemory, openSharedMemory, SHARED_FOLDER } from '../../../lib/link/memory/shared-memory.ts'

const SIZE = 256 * 1024

test.skipIf(!existsSync(SHARED_FOLDER))('what one writes the other reads, and no name is ever seen', () => {
  const before = readdirSync(SHARED_FOLDER)
  const memory = createSharedMemory(SIZE, SHARED_FOLDER)!
  const other = openSharedMemory(memory.path, SIZE)!
  memory.hide()
  memory.hide()
  memory.bytes.fill(7)
  expect(other.every((byte) => byte === 7)).toBe(true)
  expect(openSharedMemory(memory.path, SIZE)).toBeNull()
  expect(readdirSync(SHARED_FOLDER)).toEqual(before)
})

test.skipIf(!existsSync(SHARED_FOLDER))('memory of another size than told is not taken', () => {
  const memory = createSharedMemory(SIZE, SHARED_FOLDER)!
  expect(openSharedMemory(memory.path, SIZE + 1)).toBeNull()
  memory.hide()
})

test('no such folder: nothing is shared', () => {
  expect(createSharedMemory(SIZE, '/nowhere/at/all')).toBeNull()
})

// Only root may mount; elsewhere the case is skipped.
const full = mkdtempSync(join(tmpdir(), 'xserve-full-'))
const mounted = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', full]).success
if (!mounted) rmdirSync(full)

test.skipIf(!mounted)('a folder without room: nothing is shared, and what was begun is given back', () => {
  try {
    expect(createSharedMemory(SIZE, full)).toBeNull()
    const small = createSharedMemory(64 * 1024, full)
    expect(small).not.toBeNull()
    small?.hide()
  } finally {
    Bun.spawnSync(['umount', '-l', full])
    rmdirSync(full)
  }
})
