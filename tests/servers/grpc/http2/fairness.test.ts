/** Large answers beside small ones, on one connection: streams take turns, whatever each has to say. */
import { describe, expect, test } from 'bun:test'
import { DATA, HEADERS } from '../../../../lib/servers/grpc/http2/protocol.ts'
import type { GrpcMethod } from '../../../../lib/servers/grpc/method.ts'
import { call, connectInMemory, type Frame, METHODS, settingsFrame, windowUpdate } from './peer.ts'

const LARGE = 8 * 1024 * 1024
const large: GrpcMethod = { kind: 'unary', handle: () => Buffer.alloc(LARGE) }
const WIDE = 2 ** 30

/** A peer that would take everything; `frameBytes`: SETTINGS_MAX_FRAME_SIZE. */
function wide(frameBytes = 16_384) {
  const peer = connectInMemory(
    { ...METHODS, '/t.T/Large': large },
    {
      settings: [
        [4, WIDE],
        [5, frameBytes],
      ],
    },
  )
  peer.send(windowUpdate(0, WIDE))
  return peer
}

const bytesOf = (frames: readonly Frame[], id: number): number =>
  frames
    .filter(({ type, stream }) => type === DATA && stream === id)
    .reduce((sum, { payload }) => sum + payload.length, 0)

/** Until all has been sent; a long answer leaves in several ticks. */
async function allFrames(peer: ReturnType<typeof wide>, streams: number): Promise<Frame[]> {
  const frames: Frame[] = []
  for (let ended = 0; ended < streams; ) {
    const fresh = await peer.frames()
    frames.push(...fresh)
    ended += fresh.filter(({ type, flags }) => type === HEADERS && (flags & 1) !== 0).length
  }
  return frames
}

test('a small answer waits for one frame of a large one, not for its end', async () => {
  const peer = wide()
  peer.room = 100_000
  peer.send(call(1, '/t.T/Large', ''))
  // The socket is full of the large one when the small call comes.
  expect(peer.room).toBe(0)
  peer.send(call(3, '/t.T/Echo', 'small'))
  peer.room = Number.MAX_SAFE_INTEGER
  peer.connection.drained()
  const frames = await allFrames(peer, 2)
  const small = frames.findIndex(({ stream }) => stream === 3)
  // What had been put together for the socket, and a turn.
  expect(bytesOf(frames.slice(0, small), 1)).toBeLessThan(300_000)
  expect(bytesOf(frames, 1)).toBe(LARGE + 5)
})

test('ten large ones share the way, a late one gets its part at once', async () => {
  const peer = wide()
  peer.room = 0
  const ids = Array.from({ length: 10 }, (_, i) => 2 * i + 1)
  for (const id of ids) peer.send(call(id, '/t.T/Large', ''))
  peer.room = Number.MAX_SAFE_INTEGER
  peer.connection.drained()
  const frames = await allFrames(peer, 10)
  const data = frames.filter(({ type }) => type === DATA)
  // Behind any part of it, no stream is more than two frames ahead of another, but for what the first had alone.
  for (const part of [0.2, 0.5, 0.9]) {
    const sent = ids.map((id) => bytesOf(data.slice(0, Math.floor(data.length * part)), id))
    expect(Math.max(...sent) - Math.min(...sent)).toBeLessThan(200_000)
  }
})

describe('frames are as long as the peer takes, up to 64 KiB', () => {
  test.each([
    [16_384, 16_384],
    [20_000, 20_000],
    [2 ** 24 - 1, 65_536],
  ])('%i: %i', async (allowed, longest) => {
    const peer = wide(allowed)
    peer.send(call(1, '/t.T/Large', ''))
    const sizes = (await allFrames(peer, 1)).filter(({ type }) => type === DATA).map(({ payload }) => payload.length)
    expect(Math.max(...sizes)).toBe(longest)
    expect(sizes.slice(0, -1).every((size) => size === longest)).toBe(true)
  })

  test('also when the peer changes its mind', async () => {
    const peer = wide(65_536)
    peer.room = 0
    peer.send(call(1, '/t.T/Large', ''), settingsFrame([[5, 16_384]]))
    await peer.frames()
    peer.room = Number.MAX_SAFE_INTEGER
    peer.connection.drained()
    const frames = await allFrames(peer, 1)
    const confirmed = frames.findIndex(({ type, flags }) => type === 4 && flags === 1)
    const sizes = frames.slice(confirmed).filter(({ type }) => type === DATA)
    expect(Math.max(...sizes.map(({ payload }) => payload.length))).toBe(16_384)
  })
})
