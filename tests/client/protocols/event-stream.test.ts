import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { readEvents, type ServerEvent } from '../../../lib/client/protocols/event-stream.ts'

async function eventsOf(chunks: readonly Uint8Array[]): Promise<ServerEvent[]> {
  async function* source() {
    yield* chunks
  }
  const events: ServerEvent[] = []
  for await (const event of readEvents(source())) events.push(event)
  return events
}

const bytes = (text: string): Uint8Array => Buffer.from(text)

test.each([
  [
    'event: update\r\ndata: {"a":1}\r\n\r\nevent: end\r\n\r\n',
    [
      ['update', '{"a":1}'],
      ['end', ''],
    ],
  ],
  ['event: update\ndata: 1\ndata: 2\n\n', [['update', '1\n2']]],
  [
    'data:x\r\rdata: y\r\r ',
    [
      ['message', 'x'],
      ['message', 'y'],
    ],
  ],
  [': ping\r\n\r\nid: 5\nretry: 3\n\nevent: end\n\n', [['end', '']]],
  ['event: update\r\ndata: cut', []],
  ['data: ä: b\n\n', [['message', 'ä: b']]],
])('%j', async (text, expected) => {
  expect((await eventsOf([bytes(text)])).map(({ name, data }) => [name, data])).toEqual(expected as string[][])
})

test('whatever pieces it comes in, the events are the same', async () => {
  const line = fc.string().map((text) => text.replaceAll(/[\r\n]/g, ''))
  const event = fc.record({ name: fc.constantFrom('update', 'end', 'error'), data: line })
  await fc.assert(
    fc.asyncProperty(
      fc.array(event),
      fc.constantFrom('\r\n', '\n', '\r'),
      fc.array(fc.nat(40)),
      async (events, end, cuts) => {
        const all = bytes(events.map(({ name, data }) => `event: ${name}${end}data: ${data}${end}${end}`).join(''))
        const chunks: Uint8Array[] = []
        let at = 0
        for (const cut of cuts) chunks.push(all.subarray(at, (at = Math.min(at + cut, all.length))))
        // A lone CR at the very end may be half of a line end: something behind it tells.
        chunks.push(all.subarray(at), bytes(': over\n'))
        expect(await eventsOf(chunks)).toEqual(events.map(({ name, data }) => ({ name, data: data.toWellFormed() })))
      },
    ),
  )
})
