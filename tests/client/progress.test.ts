import { expect, test } from 'bun:test'
import { createProgress } from '../../lib/client/progress.ts'

function create(share: () => number | null) {
  const clock = { ms: 0 }
  const written: string[] = []
  const progress = createProgress({ share, write: (text) => void written.push(text), now: () => clock.ms })
  return { clock, written, progress }
}

test('who is done within a second sees nothing', () => {
  const { clock, written, progress } = create(() => 0.5)
  progress.add(10)
  clock.ms = 999
  progress.add(10)
  progress.stop()
  expect(written).toEqual([])
})

test('shows how much, how fast and how far, calmly, and goes away', () => {
  const { clock, written, progress } = create(() => 0.5)
  clock.ms = 2000
  progress.add(12_000)
  clock.ms = 2100
  progress.add(1)
  clock.ms = 2300
  progress.add(1)
  progress.stop()
  expect(written).toHaveLength(3)
  expect(written[0]).toBe(`\r\x1b[K${'━'.repeat(12)}${'╌'.repeat(12)} 50 %  12\u202f000 documents  6\u202f000/s`)
  expect(written.at(-1)).toBe('\r\x1b[K')
})

test('without a known size it shows no bar', () => {
  const { clock, written, progress } = create(() => null)
  clock.ms = 1000
  progress.add(5)
  expect(written).toEqual(['\r\x1b[K5 documents  5/s'])
})
