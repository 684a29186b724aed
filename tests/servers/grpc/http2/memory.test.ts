/** What a connection costs in memory, in the states that a peer can leave it in; the sum is stated at the head of limits.ts. */

import { heapStats } from 'bun:jsc'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { UNIT } from '../../../../lib/link/memory/blocks.ts'
import type { Loan } from '../../../../lib/link/memory/loan.ts'
import { ownStore } from '../../../../lib/link/memory/store.ts'
import { Connection } from '../../../../lib/servers/grpc/http2/connection.ts'
import type { FrontState } from '../../../../lib/servers/grpc/http2/front-state.ts'
import { BlockPool } from '../../../../lib/servers/grpc/http2/outbox.ts'
import { CONTINUATION, HEADERS } from '../../../../lib/servers/grpc/http2/protocol.ts'
import { greeting } from '../../../../lib/servers/grpc/http2/settings.ts'
import { tuningOf } from '../../../../lib/servers/grpc/http2/tuning.ts'
import { block, call, callFields, frame, headers, METHODS, message, ping, preface } from './peer.ts'

const KB = 1024

// What is lent comes out of a memory of the process, whatever the number of connections: here, there is nothing left of it.
const taken: Loan[] = []
beforeAll(() => {
  for (let loan = ownStore.reserve(UNIT); loan !== null; loan = ownStore.reserve(UNIT)) taken.push(loan)
})
afterAll(() => {
  for (const loan of taken) loan.release()
})
const COUNT = 200

/** Takes what is written, or nothing at all. */
const socketOf = (reads: boolean) => ({
  remoteAddress: '127.0.0.1',
  remotePort: 5,
  write: (_bytes: Uint8Array, _offset: number, length: number) => (reads ? length : 0),
  pause() {},
  resume() {},
  shutdown() {},
  end() {},
})

/** Bytes that each of many connections keeps behind what it has heard; everything else is the same for all. */
function costOf(reads: boolean, heard: readonly Buffer[]): number {
  const state: FrontState = {
    methods: new Map(Object.entries(METHODS)),
    maxMessageBytes: -1,
    clock: { seconds: 1, dateLine: '', start() {}, stop() {} },
    pool: new BlockPool(),
    tuning: tuningOf(),
    greeting: greeting(100),
    report: (error) => {
      throw error
    },
  }
  const used = () => {
    Bun.gc(true)
    // With the memory of buffers.
    return heapStats().heapSize
  }
  const open = () => {
    const connection = new Connection(socketOf(reads), state)
    // Memory of its own, as what comes out of a socket.
    for (const bytes of heard) connection.receive(Buffer.from(bytes))
    return connection
  }
  const first = open()
  const before = used()
  const connections = Array.from({ length: COUNT }, open)
  const each = (used() - before) / COUNT
  for (const one of [first, ...connections]) one.closed()
  return each
}

const fields = block(callFields('/t.T/Echo'))
const kept = Buffer.concat(
  Array.from({ length: 40 }, (_, i) =>
    Buffer.from([0x40, 3, 0x78, 0x30 + Math.floor(i / 10), 0x30 + (i % 10), 60, ...Buffer.alloc(60, 'v')]),
  ),
)

test.each([
  ['nothing', true, [], 4],
  ['half a preface', true, [preface().subarray(0, 12)], 4],
  ['the greeting', true, [preface()], 4],
  [
    'a hundred calls that were answered',
    true,
    [preface(), ...Array.from({ length: 100 }, (_, i) => call(2 * i + 1, '/t.T/Echo', 'x'))],
    8,
  ],
  ['a frame that lacks a byte', true, [preface(), frame(0x42, 0, 0, Buffer.alloc(16_384)).subarray(0, -1)], 20],
  [
    'a large chunk with the beginning of a frame',
    true,
    [preface(), Buffer.concat([ping(), call(1, '/t.T/Echo', Buffer.alloc(16_000)), fields.subarray(0, 5)])],
    5,
  ],
  [
    'a header block of 64 KB that does not end',
    true,
    [
      preface(),
      frame(HEADERS, 0, 1, fields),
      ...Array.from({ length: 3 }, () => frame(CONTINUATION, 0, 1, Buffer.alloc(16_384))),
    ],
    72,
  ],
  ['a table of fields that is full', true, [preface(), frame(HEADERS, 4, 1, Buffer.concat([fields, kept]))], 12],
  ['a call that waits', true, [preface(), call(1, '/t.T/Never', 'x')], 5],
  [
    'a hundred calls that wait',
    true,
    [preface(), ...Array.from({ length: 100 }, (_, i) => call(2 * i + 1, '/t.T/Never', 'x'))],
    50,
  ],
  [
    'half a message of 100 KB',
    true,
    [
      preface(),
      headers(1, callFields('/t.T/Echo')),
      frame(0, 0, 1, message(Buffer.alloc(100 * KB)).subarray(0, 16_384)),
    ],
    108,
  ],
  ['thousands of PINGs, unread', false, [preface(), ...Array.from({ length: 1500 }, () => ping())], 136],
] as [string, boolean, Buffer[], number][])('behind %s', (_, reads, heard, mostKb) => {
  expect(costOf(reads, heard) / KB).toBeLessThan(mostKb)
})
