import { afterEach, describe, expect, test } from 'bun:test'

import { closeAll, dial, echo, request } from './talk.ts'

afterEach(closeAll)

describe('handshake', () => {
  test('the example of RFC 6455', async () => {
    const socket = await dial((asked) => ({
      protocol: asked.header('sec-websocket-protocol') ?? null,
      open: () => ({ message() {}, closed() {} }),
    }))
    socket.write(request({ 'sec-websocket-protocol': 'chat' }))
    const head = await socket.until('\r\n\r\n')
    expect(head).toStartWith('HTTP/1.1 101 Switching Protocols\r\n')
    expect(head).toContain('\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n')
    expect(head).toContain('\r\nSec-WebSocket-Protocol: chat\r\n')
  })

  test.each([
    ['other version', 426, { 'sec-websocket-version': '8' }, 'sec-websocket-version: 13'],
    ['bad key', 400, { 'sec-websocket-key': 'abc' }, 'sec-websocket-key'],
  ])('refused: %s', async (_name, status, headers, told) => {
    const socket = await dial(echo().handler)
    socket.write(request(headers))
    expect(await socket.until('}')).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*${told}`))
    // The connection goes on with HTTP.
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    expect(await socket.until('http')).toStartWith('HTTP/1.1 200')
  })

  test('refused by the handler, by a front without, and by an error', async () => {
    const refusing = await dial(() => ({ status: 404, headers: {}, body: 'nothing here' }))
    refusing.write(request())
    expect(await refusing.until('nothing here')).toStartWith('HTTP/1.1 404 ')
    const without = await dial()
    without.write(request())
    expect(await without.until('}')).toMatch(/^HTTP\/1\.1 426 [\s\S]*HTTP alone/)
    const failing = await dial(() => {
      throw new Error('secret')
    })
    failing.write(request())
    expect(await failing.until('}')).toMatch(/^HTTP\/1\.1 500 /)
  })

  test('upgrades to anything else are ignored', async () => {
    const socket = await dial(echo().handler)
    socket.write(request({ upgrade: 'h2c' }))
    expect(await socket.until('http')).toStartWith('HTTP/1.1 200')
  })
})
