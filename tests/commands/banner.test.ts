import { describe, expect, test } from 'bun:test'
import { addressOf, banner } from '../../lib/commands/banner.ts'
import type { Listener, Protocol } from '../../lib/wire/call.ts'

const listener = (protocol: Protocol, host: string, port: number, tls = false): Listener => ({
  protocol,
  host,
  port,
  tls,
  setServing() {},
  close: async () => {},
})
const lines = (...listeners: Listener[]) =>
  banner('gateway', { listeners, className: 'A', endpoints: ['/', '_jina_dry_run_'], stop: async () => {} }, 7.4)
    .trim()
    .split('\n')
    .map((line) => Bun.stripANSI(line.trim()))

describe('banner()', () => {
  test('tells gRPC without a scheme, the others as URLs, where the pages are, and endpoints of the user alone', () => {
    expect(
      lines(listener('grpc', '127.0.0.1', 5), listener('http', '::', 65432), listener('websocket', 'box', 7)),
    ).toEqual([
      'A is ready in 7 ms',
      'gRPC       127.0.0.1:5',
      'HTTP       http://[::1]:65432  on all interfaces (::)',
      'WebSocket  ws://box:7',
      'docs       http://[::1]:65432/docs',
      'endpoints  /',
    ])
  })

  test('shows TLS by the scheme', () => {
    expect(
      lines(listener('grpc', 'a', 1, true), listener('http', 'a', 2, true), listener('websocket', 'a', 2, true)),
    ).toEqual([
      'A is ready in 7 ms',
      'gRPC       grpcs://a:1',
      'HTTP       https://a:2',
      'WebSocket  wss://a:2',
      'docs       https://a:2/docs',
      'endpoints  /',
    ])
  })

  test('an address is one that this machine reaches', () => {
    expect([listener('grpc', '0.0.0.0', 1), listener('grpc', 'fe80::1', 2)].map(addressOf)).toEqual([
      '127.0.0.1:1',
      '[fe80::1]:2',
    ])
  })
})
