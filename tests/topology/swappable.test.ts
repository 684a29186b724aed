import { expect, test } from 'bun:test'
import { swappable } from '../../lib/topology/swappable.ts'
import { detachedContext } from '../../lib/wire/call.ts'
import { requestOf, type Seen, told, traceNode } from './trace.ts'

const request = () => requestOf({ docs: [{ id: 'd' }] })

/** Whether a promise has settled by now. */
async function isOver(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol()
  await new Promise((resolve) => setImmediate(resolve))
  return (await Promise.race([promise, Promise.resolve(open)])) !== open
}

test('calls under way end where they began, and their end is told; those from the swap on go to the next', async () => {
  const seen: Seen[] = []
  const gate = Promise.withResolvers<void>()
  const old = traceNode('old', seen, { gate: gate.promise })
  const place = swappable(old)
  const ask = () => place.call(request(), detachedContext())
  const under = ask()
  const { before, finished } = place.swap(traceNode('new', seen))
  expect(before).toBe(old)
  expect(place.current.name).toBe('new')
  expect(told(await ask()).docs[0]!.text).toBe('>new')
  expect(await isOver(finished)).toBe(false)
  gate.resolve()
  expect(told(await under).docs[0]!.text).toBe('>old')
  await finished
})

test('streams count until they are left, failed calls until they have failed; nothing under way is finished at once', async () => {
  const place = swappable(traceNode('a', []))
  let left = Promise.resolve()
  for await (const item of place.stream(request(), detachedContext())) {
    expect(told(item).docs[0]!.text).toBe('>a')
    const { finished } = place.swap({ ...traceNode('b', []), call: () => Promise.reject(new Error('no')) })
    expect(await isOver(finished)).toBe(false)
    left = finished
    break
  }
  await left
  expect(place.call(request(), detachedContext())).rejects.toThrow('no')
  await place.call(request(), detachedContext()).catch(() => {})
  await place.swap(traceNode('c', [])).finished
})
