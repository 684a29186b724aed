import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { XserveError } from '../../lib/errors.ts'
import { checkHost, resolveListeners } from '../../lib/plan/listeners.ts'

const shown = (protocols: string[], ports: string[]) => {
  const { protocols: pairs, shared } = resolveListeners(protocols, ports, '--')
  return `${pairs.map(({ protocol, port }) => `${protocol}:${port}`).join(' ')}${shared ? ' shared' : ''}`
}
const failure = (protocols: string[], ports: string[]): string => {
  try {
    return `taken: ${shown(protocols, ports)}`
  } catch (error) {
    if (!(error instanceof XserveError) || error.code !== 'BAD_ARGUMENT') throw error
    return `${error.message}; ${error.details.hint}`
  }
}

describe('resolveListeners()', () => {
  test.each([
    [[], [], 'grpc:0'],
    [[], ['5'], 'grpc:5'],
    [['grpc,http,websocket'], ['1,2,3'], 'grpc:1 http:2 websocket:3'],
    [['WebSocket', 'GRPC'], ['1', '2'], 'websocket:1 grpc:2'],
    [['ws,http'], [], 'websocket:0 http:0'],
    [['http ws'], ['8'], 'http:8 websocket:8 shared'],
    [['http', 'ws'], ['0'], 'http:0 websocket:0 shared'],
    [['http', 'ws'], ['0', '0'], 'http:0 websocket:0'],
    [['http', 'grpc', 'ws'], ['1', '2', '1'], 'http:1 grpc:2 websocket:1 shared'],
    [['http,grpc,ws'], ['0'], 'http:0 grpc:0 websocket:0'],
    [['grpc,http'], ['7'], 'grpc:7 http:7 shared'],
    [['http,grpc,ws'], ['7'], 'http:7 grpc:7 websocket:7 shared'],
    [['ws,grpc'], ['7,7'], 'websocket:7 grpc:7 shared'],
    [['grpc,ws,http'], ['7,8,7'], 'grpc:7 websocket:8 http:7 shared'],
    [['grpc,http'], ['0, 0'], 'grpc:0 http:0'],
  ])('%j on %j: %s', (protocols, ports, expected) => {
    expect(shown(protocols, ports)).toBe(expected)
  })

  // Public case 96.
  test.each([
    [['grpc,http,ws'], ['1,1'], 'on 1, 1; give a port for each'],
    [['grpc,http,ws'], ['1,2'], 'differ in number'],
    [['grpc'], ['1,2'], 'differ in number'],
    [['http,ws'], ['1,2,3'], 'differ in number'],
    [['grpc,grpc'], [], 'names grpc twice'],
    [['ws', 'websocket'], [], 'names websocket twice'],
    [['smoke'], [], '"smoke" is not known'],
    [['htpp'], [], 'did you mean http?'],
    [['https'], [], '--protocol http with --ssl-certfile'],
    [['grpc,'], [], 'an empty name'],
    [[], ['1,,2'], 'an empty place'],
    [[], ['x'], 'must be a whole number, not "x"'],
    [[], ['-1'], 'must be a whole number'],
    [[], ['65536'], 'from 0 to 65535'],
    [['toString'], [], 'is not known'],
  ])('%j on %j is refused: %s', (protocols, ports, part) => {
    expect(failure(protocols, ports)).toContain(part)
  })

  test('however the lists are cut into words, the answer is the same', () => {
    const names = fc.shuffledSubarray(['grpc', 'http', 'websocket'], { minLength: 1 })
    const cut = (items: readonly string[], cuts: readonly boolean[]) =>
      items
        .map((item, i) => (i === 0 ? '' : cuts[i] ? ',' : '\n') + item)
        .join('')
        .split('\n')
    fc.assert(
      fc.property(names, fc.array(fc.boolean(), { minLength: 3 }), (protocols, cuts) => {
        const ports = protocols.map((_, i) => String(i + 1))
        expect(shown(cut(protocols, cuts), cut(ports, cuts))).toBe(shown(protocols, ports))
      }),
    )
  })
})

test.each([
  ['127.0.0.1:80', 'host 127.0.0.1:80 holds a port'],
  ['[::1]:5', 'host [::1]:5 holds a port'],
  ['grpc://a.b:7/', 'host grpc://a.b:7/ holds a port'],
  ['http://a', 'host "http://a" is no host'],
  ['a b', 'host "a b" is no host'],
  ['', 'host "" is no host'],
])('nobody listens on %j', (host, message) => expect(() => checkHost(host, [])).toThrow(message))

test.each(['0.0.0.0', '::', '::1', 'localhost', 'fe80::1%eth0'])('%s is listened on', (host) =>
  expect(() => checkHost(host, [])).not.toThrow(),
)
