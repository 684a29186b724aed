import { expect, test } from 'bun:test'
import { swappable } from '../../lib/topology/swappable.ts'
import { detachedContext } from '../../lib/wire/call.ts'
import { requestOf, type Seen, told, traceNode } from './trace.ts'

test('calls under way end where they began; those from the swap on go to the next', async () => {
  const seen: Seen[] = []
  const gate = Promise.withResolvers<void>()
  const old = traceNode('old', seen, { gate: gate.promise })
  const place = swappable(old)
  const ask = () => place.call(requestOf({ docs: [{ id: 'd' }] }), detachedContext())
  const before = ask()
  expect(place.swap(traceNode('new', seen))).toBe(old)
  expect(place.current.name).toBe('new')
  expect(told(await ask()).docs[0]!.text).toBe('>new')
  gate.resolve()
  expect(told(await before).docs[0]!.text).toBe('>old')
  for await (const item of place.stream(requestOf({ docs: [{ id: 'd' }] }), detachedContext()))
    expect(told(item).docs[0]!.text).toBe('>new')
})
