import { expect, test } from 'bun:test'
import { tellingUnserved } from '../../lib/flow/unserved.ts'
import { detachedContext } from '../../lib/wire/call.ts'
import { requestOf, traceNode } from '../topology/trace.ts'

test('requests for what nobody has are told of and go on, all others go on in silence', async () => {
  const told: string[] = []
  const handler = tellingUnserved(
    traceNode('a', []),
    (endpoint) => endpoint === '/x' || endpoint === '/default',
    (text) => told.push(text),
  )
  for (const on of ['/x', '', '/none']) await handler.call(requestOf({ on, docs: [] }), detachedContext())
  for await (const _ of handler.stream(requestOf({ on: '/other', docs: [] }), detachedContext()));
  expect(told).toEqual([
    'no executor has the endpoint /none: the documents of request r pass unchanged',
    'no executor has the endpoint /other: the documents of request r pass unchanged',
  ])
})
