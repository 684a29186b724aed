/** The times of a connection, by a clock that the test turns. */
import { beforeEach, describe, expect, test } from 'bun:test'
import { Connection } from '../../../../lib/servers/http/front/connection.ts'
import type { FrontState } from '../../../../lib/servers/http/front/front-state.ts'
import { createSharedBuffer } from '../../../../lib/servers/http/front/outbox.ts'

const clock = { seconds: 1, dateLine: 'date: x\r\n', start() {}, stop() {} }
let said: string
let state: 'open' | 'shut' | 'ended'
let flow: 'reading' | 'paused'
let reports: unknown[]

function connect(http: FrontState['http'], draining = false): Connection {
  said = ''
  state = 'open'
  flow = 'reading'
  reports = []
  clock.seconds = 1
  const socket = {
    remoteAddress: '::1',
    remotePort: 7,
    write(bytes: Uint8Array, offset: number, length: number) {
      said += Buffer.from(bytes.subarray(offset, offset + length)).toString()
      return length
    },
    pause() {
      flow = 'paused'
    },
    resume() {
      flow = 'reading'
    },
    shutdown() {
      state = 'shut'
    },
    end() {
      state = 'ended'
    },
  }
  const report = (error: unknown) => void reports.push(error)
  const front: FrontState = {
    http,
    websocket: undefined,
    maxMessageBytes: -1,
    clock,
    shared: createSharedBuffer(),
    report,
    draining,
  }
  return new Connection(socket, front)
}

function wait(connection: Connection, seconds: number): void {
  for (let i = 0; i < seconds; i++) connection.tick(++clock.seconds)
}

const send = (connection: Connection, text: string): void => connection.receive(Buffer.from(text))
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('times', () => {
  const echo: FrontState['http'] = async (request) => ({ status: 200, headers: {}, body: await request.body() })
  let connection: Connection
  beforeEach(() => {
    connection = connect(echo)
  })

  test('a quiet connection ends after 75 s, counted from its last answer', async () => {
    wait(connection, 74)
    send(connection, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await settled()
    expect(said).toStartWith('HTTP/1.1 200 OK')
    wait(connection, 74)
    expect(state).toBe('open')
    wait(connection, 1)
    expect(state).toBe('ended')
  })

  test('a head has 10 s, however it trickles', () => {
    send(connection, 'GET / HTTP')
    wait(connection, 9)
    send(connection, '/1.1\r\n')
    expect(said).toBe('')
    wait(connection, 1)
    expect(said).toStartWith('HTTP/1.1 408 ')
    expect(state).toBe('shut')
    wait(connection, 3)
    expect(state).toBe('ended')
  })

  test('a body that trickles is given up, one that flows is not', async () => {
    send(connection, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n')
    send(connection, 'a'.repeat(5000))
    wait(connection, 30)
    send(connection, 'a'.repeat(1000))
    wait(connection, 29)
    expect(state).toBe('open')
    wait(connection, 1)
    await settled()
    expect(said).toStartWith('HTTP/1.1 408 ')
    expect(state).toBe('shut')
  })

  // Public case 98.
  test('a handler may take its time', () => {
    connection = connect(() => new Promise(() => {}))
    send(connection, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    wait(connection, 1000)
    expect(state).toBe('open')
  })
})

describe('a connection', () => {
  test('stops reading while much waits behind a request', async () => {
    const answer = Promise.withResolvers<void>()
    const connection = connect(async () => {
      await answer.promise
      return { status: 200, headers: {}, body: 'x' }
    })
    const request = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n'
    send(connection, request.repeat(2000))
    expect(flow).toBe('paused')
    answer.resolve()
    while (said.split('HTTP/1.1 200').length <= 2000) await settled()
    expect(flow).toBe('reading')
  })

  test('stops reading a body that nobody asked for', () => {
    const connection = connect(() => new Promise(() => {}))
    send(connection, `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n${'a'.repeat(100_000)}`)
    expect(flow).toBe('paused')
  })

  test('that drains answers the request that has begun to come, and ends', async () => {
    const connection = connect(({ peer }) => ({ status: 200, headers: {}, body: peer }), true)
    send(connection, 'GET / HTTP/1.1\r\n')
    connection.drain()
    expect(state).toBe('open')
    send(connection, 'host: x\r\n\r\nGET /more HTTP/1.1\r\nhost: x\r\n\r\n')
    expect(said).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close\r\n[\s\S]*\[::1\]:7$/)
    expect(state).toBe('shut')
  })

  test('survives a listener that throws', () => {
    const connection = connect((request) => {
      request.onCancel(() => {
        throw new Error('no')
      })
      return new Promise(() => {})
    })
    send(connection, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    connection.closed()
    expect(reports).toHaveLength(1)
  })
})
