import { expect, test } from 'bun:test'
import { createFrameQueue } from '../../lib/channel/frame-queue.ts'
import { XserveError } from '../../lib/errors.ts'

function queueOf() {
  const told: string[] = []
  const queue = createFrameQueue<number>({ pause: () => told.push('pause'), resume: () => told.push('resume') })
  return { queue, told, frames: queue.read() }
}

test('what came before and after reading began, in order, then the end', async () => {
  const { queue, frames } = queueOf()
  queue.push(1)
  expect((await frames.next()).value).toBe(1)
  const next = frames.next()
  queue.push(2)
  expect((await next).value).toBe(2)
  queue.push(3)
  queue.end(null)
  expect((await frames.next()).value).toBe(3)
  expect((await frames.next()).done).toBe(true)
})

test('an error comes behind what came before it', async () => {
  const { queue, frames } = queueOf()
  queue.push(1)
  queue.end(new XserveError('UNAVAILABLE', 'gone'))
  expect((await frames.next()).value).toBe(1)
  await expect(frames.next()).rejects.toThrow('gone')
})

test('the source waits while many are not read, and goes on when all are', async () => {
  const { queue, frames, told } = queueOf()
  for (let i = 0; i < 20; i++) queue.push(i)
  expect(told).toEqual(['pause'])
  for (let i = 0; i < 20; i++) expect((await frames.next()).value).toBe(i)
  expect(told).toEqual(['pause'])
  const next = frames.next()
  await Promise.resolve()
  expect(told).toEqual(['pause', 'resume'])
  queue.push(20)
  expect((await next).value).toBe(20)
})
