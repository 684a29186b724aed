/** Sessions of many streams made at random, rule by rule: most go on to their end, and nothing of one stream comes to another. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { writeNumber } from '../../../../lib/servers/grpc/http2/answer-fields.ts'
import {
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  HEADERS,
  PADDED,
  WITH_PRIORITY,
} from '../../../../lib/servers/grpc/http2/protocol.ts'
import {
  answersOf,
  block,
  callFields,
  connectInMemory,
  data,
  frame,
  headers,
  METHODS,
  message,
  reset,
  settingsFrame,
  windowUpdate,
} from './peer.ts'

/** What begins a stream: a header block in one frame or several, with padding and priority or without; and a first message. */
const beginning = fc.record({
  kind: fc.constant('begin' as const),
  path: fc.constantFrom('/t.T/Echo', '/t.T/Stream', '/t.T/Stream', '/t.T/Nope'),
  // Now and then one that makes the request malformed.
  fields: fc.array(fc.tuple(fc.stringMatching(/^[a-z-]{1,8}$/), fc.stringMatching(/^[!-~]{0,20}$/)), { maxLength: 2 }),
  malformed: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
  table: fc.option(fc.nat(4096)),
  cuts: fc.array(fc.nat(60), { maxLength: 4 }),
  padding: fc.option(fc.nat(20)),
  priority: fc.boolean(),
  dataPadding: fc.option(fc.nat(20)),
  ends: fc.boolean(),
})
type Beginning = typeof beginning extends fc.Arbitrary<infer T> ? T : never

function beginningOf(id: number, one: Beginning): Buffer {
  const { path, fields, malformed, table, cuts, padding, priority, dataPadding, ends } = one
  const out = Buffer.alloc(8)
  const size = table === null ? 0 : writeNumber(out, 0, table, 5, 0x20)
  const whole = Buffer.concat([
    out.subarray(0, size),
    block(callFields(path)),
    block(fields),
    malformed ? block([['A', 'b']]) : Buffer.alloc(0),
  ])
  const edges = [0]
  for (const cut of cuts) edges.push(Math.min(whole.length, edges.at(-1)! + cut))
  edges.push(whole.length)
  const parts = edges.slice(1).map((to, i) => whole.subarray(edges[i]!, to))
  const framed = parts.map((part, i) => {
    const last = i === parts.length - 1 ? END_HEADERS : 0
    if (i > 0) return frame(CONTINUATION, last, id, part)
    const head = [...(padding === null ? [] : [padding]), ...(priority ? [0, 0, 0, 0, 9] : [])]
    const flags = last | (padding === null ? 0 : PADDED) | (priority ? WITH_PRIORITY : 0)
    return frame(HEADERS, flags, id, Buffer.concat([Buffer.from(head), part, Buffer.alloc(padding ?? 0)]))
  })
  const text = message(`${id}:first`)
  const content =
    dataPadding === null ? text : Buffer.concat([Buffer.from([dataPadding]), text, Buffer.alloc(dataPadding)])
  return Buffer.concat([
    ...framed,
    frame(DATA, (dataPadding === null ? 0 : PADDED) | (ends ? END_STREAM : 0), id, content),
  ])
}

/** Steps of a session that goes on: `back` names a stream by how long ago it began. */
const back = fc.nat(5)
const step = fc.oneof(
  { weight: 4, arbitrary: beginning },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('data' as const), back, ends: fc.boolean() }) },
  fc.record({ kind: fc.constant('reset' as const), back }),
  fc.record({ kind: fc.constant('trailers' as const) }),
  fc.record({ kind: fc.constant('window' as const), back, by: fc.constantFrom(1, 50_000, 2 ** 31 - 1) }),
  fc.record({
    kind: fc.constant('settings' as const),
    window: fc.constantFrom(0, 7, 1000, 65_535),
    table: fc.nat(5000),
  }),
  fc.record({ kind: fc.constant('other' as const), type: fc.integer({ min: 16, max: 255 }), flags: fc.nat(255) }),
)

test('each stream hears its own words in their order, however they are cut, padded and broken off', async () => {
  let heard = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), async (steps) => {
      const peer = connectInMemory(METHODS)
      const said = new Map<number, number>()
      let last = -1
      for (const one of steps) {
        const id = Math.max(1, last - 2 * ('back' in one ? one.back : 0))
        if (one.kind === 'begin') peer.send(beginningOf((last += 2), one))
        else if (last < 0) continue
        else if (one.kind === 'data') {
          const count = (said.get(id) ?? 0) + 1
          said.set(id, count)
          peer.send(data(id, message(`${id}:${count}`), one.ends))
        } else if (one.kind === 'reset') peer.send(reset(id))
        else if (one.kind === 'trailers') peer.send(headers(last, [['some', 'trailer']], 1))
        else if (one.kind === 'window') peer.send(windowUpdate(id, one.by))
        else if (one.kind === 'settings')
          peer.send(
            settingsFrame([
              [4, one.window],
              [1, one.table],
            ]),
          )
        else peer.send(frame(one.type, one.flags, id))
      }
      peer.send(settingsFrame([[4, 65_535]]), windowUpdate(0, 1_000_000))
      for (const [id, { messages }] of answersOf(await peer.frames())) {
        expect(messages).toEqual(
          [`${id}:first`, ...messages.slice(1).map((_, i) => `${id}:${i + 1}`)].slice(0, messages.length),
        )
        heard += messages.length
      }
      expect(peer.reported).toEqual([])
      peer.connection.closed()
    }),
    { numRuns: 300 },
  )
  // Sessions do not end with their first frames.
  expect(heard).toBeGreaterThan(600)
}, 60_000)
