/** What health says: the server under all its services, and each executor by its name. */
import { expect, test } from 'bun:test'
import { createHealth } from '../../../lib/servers/grpc/health.ts'

const [SERVING, NOT_SERVING] = [1, 2]

function health() {
  const serves = { '': true, a: true, b: false }
  return { serves, ...createHealth(['x.Y'], (name) => serves[name as keyof typeof serves]) }
}

test('the server and its services are what it says and what is behind it; executors are asked for by name', () => {
  const { serves, status, setServing } = health()
  expect(['', 'x.Y', 'a', 'b', 'c'].map(status)).toEqual([SERVING, SERVING, SERVING, NOT_SERVING, undefined])
  serves[''] = false
  expect(['', 'x.Y', 'a'].map(status)).toEqual([NOT_SERVING, NOT_SERVING, SERVING])
  serves[''] = true
  setServing(false)
  expect(['', 'x.Y'].map(status)).toEqual([NOT_SERVING, NOT_SERVING])
})

test('who watches is told once of each change of its own, and of the end', async () => {
  const { serves, setServing, watch, close } = health()
  const told: Record<string, (number | string)[]> = { '': [], b: [], none: [] }
  const next: (() => void)[] = []
  for (const name of Object.keys(told)) {
    watch(name, {
      changed: (status) => {
        told[name]!.push(status)
        for (const wake of next.splice(0)) wake()
      },
      closed: () => told[name]!.push('closed'),
    })
  }
  setServing(true)
  setServing(false)
  setServing(false)
  const changed = new Promise<void>((resolve) => next.push(resolve))
  serves.b = true
  await changed
  close()
  expect(told).toEqual({ '': [NOT_SERVING, 'closed'], b: [SERVING, 'closed'], none: ['closed'] })
})

test('who watches no more is told nothing', () => {
  const { setServing, watch, close } = health()
  const told: number[] = []
  const stop = watch('', { changed: (status) => told.push(status), closed: () => told.push(-1) })
  stop()
  setServing(false)
  close()
  expect(told).toEqual([])
})
