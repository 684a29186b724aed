/** Streams as their reader sees them: in order, paused by a slow reader, ended by either side. */
import { afterEach, expect, test } from 'bun:test'
import { LinkFailure } from '../../lib/link/link.ts'
import { connectEcho, type Echo, order, text } from './fixtures/connect.ts'

let opened: Echo[] = []
async function echo(): Promise<Echo> {
  const made = await connectEcho()
  opened.push(made)
  return made
}
afterEach(async () => {
  const ending = opened
  opened = []
  for (const one of ending) await one[Symbol.asyncDispose]()
})

test('items come in order and an empty end is no item', async () => {
  const { link } = await echo()
  const seen: number[] = []
  for await (const item of link.stream([order('i', '1000 3')])) seen.push(item[2]!)
  expect(seen).toEqual(Array.from({ length: 1000 }, (_, n) => n & 255))
  expect(link.pending).toBe(0)
})

test('a plain answer is a stream of one', async () => {
  const { link } = await echo()
  const seen: string[] = []
  for await (const item of link.stream([order('e', 'only')])) seen.push(text(item))
  expect(seen).toEqual(['only'])
})

test('large items, each beyond the window', async () => {
  const { link } = await echo()
  const lengths: number[] = []
  for await (const item of link.stream([order('i', '20 1000000')])) lengths.push(item.length)
  expect(lengths).toEqual(new Array<number>(20).fill(1_000_000))
})

test('a stream that fails rejects once, and then is over', async () => {
  const { link } = await echo()
  const stream = link.stream([order('f', 'no')])
  const error = await stream.next().catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(LinkFailure)
  expect(await stream.next()).toEqual({ done: true, value: undefined })
})

test('readers that wait together are served in turn and all released', async () => {
  const { link } = await echo()
  const stream = link.stream([order('i', '2 1')])
  const results = await Promise.all([stream.next(), stream.next(), stream.next(), stream.next()])
  expect(results.map(({ done, value }) => done || value[0])).toEqual([0, 1, true, true])
})

test('a slow reader pauses its own stream and nothing else', async () => {
  const { link, control } = await echo()
  const slow = link.stream([order('i', '1000 100')])
  expect((await slow.next()).done).toBe(false)
  let quick = 0
  for await (const _ of link.stream([order('i', '500 100')])) quick++
  expect(quick).toBe(500)
  // Only the quick one has been produced to its end.
  expect(await control()).toMatchObject({ text: 'produced 500' })
  expect(text(await link.call([order('e', 'still here')]).answer)).toBe('still here')
  let rest = 1
  for await (const _ of slow) rest++
  expect(rest).toBe(1000)
  expect(await control()).toMatchObject({ text: 'produced 1000' })
})

test.each([
  ['items', '1000 100', 16],
  ['bytes', '1000 100000', 3],
])('breaking out cancels; no more was produced than the window of %s', async (_what, plan, window) => {
  const { link, control } = await echo()
  for await (const _ of link.stream([order('i', plan)])) break
  expect(link.pending).toBe(0)
  const message = await control()
  const produced = message.kind === 'log' ? Number(message.text.split(' ')[1]) : 0
  expect(produced).toBeGreaterThan(0)
  expect(produced).toBeLessThanOrEqual(window)
})

test('a stream as the answer of a plain call is refused', async () => {
  const { link, control } = await echo()
  const error = await link.call([order('i', '1000 100')]).answer.catch((cause: unknown) => cause)
  expect(error).toMatchObject({ code: 'INTERNAL' })
  expect(await control()).toMatchObject({ text: 'produced 16' })
})
