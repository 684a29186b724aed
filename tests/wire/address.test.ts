import { describe, expect, test } from 'bun:test'
import { type AddressParts, addressText, resolveAddress, urlText } from '../../lib/wire/address.ts'

const text = (...sources: AddressParts[]) => {
  const address = resolveAddress(...sources)
  return `${address.tls ? 'tls ' : ''}${addressText(address)}`
}

// Public case 104.
describe('resolveAddress()', () => {
  test.each([
    [{ host: 'example.org:5' }, 'example.org:5'],
    [{ host: 'grpc://example.org:5/' }, 'example.org:5'],
    [{ host: 'grpcs://example.org' }, 'tls example.org:443'],
    [{ host: 'GRPC://example.org' }, 'example.org:80'],
    [{ host: '[::1]:5' }, '[::1]:5'],
    [{ host: '::1', port: 5 }, null],
    [{ host: '[::1]', port: 5 }, '[::1]:5'],
    [{ port: 5 }, '127.0.0.1:5'],
    [{ host: '5' }, '127.0.0.1:5'],
    [{ host: ':5' }, '127.0.0.1:5'],
    [{ host: 'a', port: 5, protocol: 'grpc', tls: true }, 'tls a:5'],
    [{ host: 'a', port: 5, protocol: 'grpcs' }, 'tls a:5'],
    [{ host: 'grpcs://a:5', tls: true }, 'tls a:5'],
    [{ host: 'unix:/run/a' }, 'unix:/run/a'],
    [{ host: 'unix:///run/a', tls: true }, 'tls unix:/run/a'],
    [{ host: 'unix:a', protocol: 'http' }, 'unix:a'],
    [{ host: 'unix:a', port: 5 }, null],
    [{ host: 'unix:' }, null],
  ])('%p is %p', (parts, expected) => {
    if (expected === null) expect(() => text(parts)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }))
    else expect(text(parts)).toBe(expected)
  })

  test.each([
    [{ host: 'a:5' }, 'grpc', 5, false],
    [{ host: 'grpcs://a' }, 'grpc', 443, true],
    [{ host: 'http://a' }, 'http', 80, false],
    [{ host: 'http://a:5', tls: true }, 'http', 5, true],
    [{ host: 'HTTPS://a/' }, 'http', 443, true],
    [{ host: 'ws://a:5', protocol: 'websocket' }, 'websocket', 5, false],
    [{ host: 'wss://[::1]' }, 'websocket', 443, true],
    [{ host: 'a', port: 5, protocol: 'wss' }, 'websocket', 5, true],
  ] as const)('%p speaks %s on %d, TLS %p', (parts, protocol, port, tls) => {
    expect(resolveAddress(parts)).toMatchObject({ protocol, port, tls })
  })

  test('the same told twice is fine, something else is not', () => {
    expect(text({ host: 'a:5' }, { host: 'a', port: 5 })).toBe('a:5')
    expect(() => text({ host: 'a:5' }, { port: 6 })).toThrow('the port is given twice: 5 and 6')
    expect(() => text({ host: 'a:5', tls: false }, { protocol: 'wss' })).toThrow('wss means TLS, which is switched off')
    expect(() => text({ host: 'a:5' }, { host: 'b' })).toThrow('the host is given twice: a and b')
  })

  test.each([
    [{ host: 'http://a:5', protocol: 'grpc' }, 'the protocol is given twice: http and grpc'],
    [{ host: 'constructor://a:5' }, 'unknown protocol "constructor"'],
    [{ host: 'ftp://a:5' }, 'unknown protocol "ftp"'],
    [{ host: 'a b:5' }, 'is no address'],
    [{ host: '' }, 'is no address'],
    [{ host: 'a:5/path' }, 'is no address'],
    [{ host: 'a:0' }, 'holds no port from 1 to 65535'],
    [{ host: 'a', port: 70000 }, 'holds no port from 1 to 65535'],
    [{ host: 'a' }, 'the port of a is missing'],
    [{}, 'The address is missing'],
  ])('%p is refused: %s', (parts, message) => {
    expect(() => text(parts)).toThrow(
      expect.objectContaining({ code: 'BAD_ARGUMENT', message: expect.stringContaining(message) }),
    )
  })
})

test.each(['grpc://box:1', 'grpcs://[::1]:2', 'http://box:3', 'wss://box:4', 'unix:/run/my.sock'])(
  'the URL of the address %s is read as the same address',
  (url) => {
    expect(urlText(resolveAddress({ host: url }))).toBe(url)
  },
)
