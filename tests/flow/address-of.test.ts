import { expect, test } from 'bun:test'
import { addressOf, urlOf } from '../../lib/flow/address-of.ts'

test('an address is one that this machine reaches', () => {
  const at = (host: string) => addressOf({ host, port: 1 })
  expect(['0.0.0.0', '::', 'fe80::1', 'box'].map(at)).toEqual(['127.0.0.1:1', '[::1]:1', '[fe80::1]:1', 'box:1'])
})

test('a URL is one that clients take', () => {
  const of = (protocol: 'grpc' | 'http' | 'websocket', tls: boolean) => urlOf({ protocol, tls, host: 'box', port: 1 })
  expect([of('grpc', false), of('http', true), of('websocket', false)]).toEqual([
    'grpc://box:1',
    'https://box:1',
    'ws://box:1',
  ])
  expect(urlOf({ protocol: 'http', tls: true, host: 'unix:///run/a.sock', port: 0 })).toBe('unix:/run/a.sock')
})
