/** SETTINGS both ways (RFC 9113 §6.5): what we say of ourselves, and what is made of the peer's. */
import { expect, test } from 'bun:test'
import { SETTINGS, WINDOW_UPDATE } from '../../../../lib/servers/grpc/http2/protocol.ts'
import { greeting, readSettings } from '../../../../lib/servers/grpc/http2/settings.ts'
import { framesOf, settingsFrame } from './peer.ts'

const payloadOf = (settings: readonly (readonly [number, number])[]): Buffer => settingsFrame(settings).subarray(9)

function heard(settings: readonly (readonly [number, number])[]): string[] {
  const told: string[] = []
  const payload = payloadOf(settings)
  readSettings(payload, 0, payload.length, {
    headerTable: (bytes) => told.push(`table ${bytes}`),
    initialWindow: (bytes) => told.push(`window ${bytes}`),
    frameLimit: (bytes) => told.push(`frame ${bytes}`),
  })
  return told
}

test('the greeting says how many streams, their window, the list of fields; and opens the window of the connection', () => {
  const [settings, update, ...rest] = framesOf(greeting(123))
  expect([settings!.type, settings!.flags, settings!.stream]).toEqual([SETTINGS, 0, 0])
  expect(settings!.payload).toEqual(
    payloadOf([
      [3, 123],
      [4, 1024 * 1024],
      [6, 64 * 1024],
    ]),
  )
  expect([update!.type, update!.stream, update!.payload.readUInt32BE(0)]).toEqual([
    WINDOW_UPDATE,
    0,
    4 * 1024 * 1024 - 65_535,
  ])
  expect(rest).toEqual([])
})

test('tells what concerns a server, at its ends, and nothing else', () => {
  const told = heard([
    [1, 0],
    [2, 1],
    [3, 0],
    [4, 2 ** 31 - 1],
    [5, 16_384],
    [5, 2 ** 24 - 1],
    [6, 1],
    [99, 5],
  ])
  expect(told).toEqual(['table 0', 'frame 16384', 'frame 16777215', `window ${2 ** 31 - 1}`])
  expect(heard([])).toEqual([])
})

// 2700 settings fit into one frame, and each would go through 4096 streams: 11 million steps for 16 KB.
test('of many windows in one frame the last one counts, and is told once', () => {
  expect(heard(Array.from({ length: 2700 }, (_, i) => [4, i] as const))).toEqual(['window 2699'])
})

test.each([
  ['a window of 2^31', [4, 2 ** 31], 3],
  ['a frame of 16 383', [5, 16_383], 1],
  ['a frame of 2^24', [5, 2 ** 24], 1],
  ['push of 2', [2, 2], 1],
] as const)('%s is a fault of the connection, also before one that would do', (_, setting, code) => {
  expect(() => heard([setting, [setting[0], 20_000]])).toThrow(expect.objectContaining({ code }))
})
