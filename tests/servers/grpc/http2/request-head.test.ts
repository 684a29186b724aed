import { expect, test } from 'bun:test'
import { readRequestHead } from '../../../../lib/servers/grpc/http2/request-head.ts'
import { callFields, echo } from './peer.ts'

const METHODS = new Map([['/t.T/Echo', echo]])

function read(fields: readonly (readonly [string, string])[], tooLong = false) {
  const names = fields.map(([name]) => name)
  const values = fields.map(([, value]) => value)
  return readRequestHead(names, values, tooLong, METHODS)
}
const good = (...more: [string, string][]) => read(callFields('/t.T/Echo', more))

test('reads a call', () => {
  const head = good(['grpc-timeout', '3S'], ['grpc-encoding', 'gzip'], ['content-length', '12'], ['k', 'v'])
  expect(head).toMatchObject({
    malformed: '',
    http: null,
    refusal: null,
    method: echo,
    timeoutMs: 3000,
    packing: 'gzip',
  })
  expect([head.contentLength, head.names.includes('k'), good().timeoutMs, good().packing]).toEqual([
    12,
    true,
    -1,
    'identity',
  ])
})

test.each([
  ['1H', 3_600_000],
  ['2M', 120_000],
  ['99999999S', 99_999_999_000],
  ['15m', 15],
  ['1500u', 2],
  ['1n', 1],
  ['0m', 0],
])('grpc-timeout %s is %i ms', (text, ms) => {
  expect(good(['grpc-timeout', text]).timeoutMs).toBe(ms)
})

test.each(['', '5', 'S', '123456789S', '-1S', '1.5S', '1s', '1 S'])('grpc-timeout %p is refused', (text) => {
  const head = good(['grpc-timeout', text])
  expect([head.malformed, head.refusal?.code, head.timeoutMs]).toEqual(['', 'BAD_REQUEST', -1])
})

test.each([
  ['upper case in a name', [...callFields('/x'), ['Name', 'v']]],
  ['a space in a name', [...callFields('/x'), ['na me', 'v']]],
  ['an empty name', [...callFields('/x'), ['', 'v']]],
  ['a line end in a value', [...callFields('/x'), ['k', 'a\r\nb']]],
  ['NUL in a value', [...callFields('/x'), ['k', 'a\0b']]],
  ['a space before a value', [...callFields('/x'), ['k', ' v']]],
  ['a tab behind a value', [...callFields('/x'), ['k', 'v\t']]],
  ['a field of the hop', [...callFields('/x'), ['connection', 'close']]],
  ['another one', [...callFields('/x'), ['transfer-encoding', 'chunked']]],
  ['te with more than trailers', callFields('/x').map(([n, v]) => (n === 'te' ? [n, 'gzip'] : [n, v]))],
  ['a pseudo field behind others', [...callFields('/x'), [':authority', 'x']]],
  ['a pseudo field twice', [[':method', 'POST'], ...callFields('/x')]],
  ['an unknown pseudo field', [[':protocol', 'x'], ...callFields('/x')]],
  ['a pseudo field of answers', [[':status', '200'], ...callFields('/x')]],
  ['no path', callFields('/x').filter(([name]) => name !== ':path')],
  ['an empty path', callFields('')],
  ['NUL in the path', callFields('/x\0')],
  ['a line end in :authority', callFields('/x').map(([n, v]) => (n === ':authority' ? [n, 'a\r\nb: c'] : [n, v]))],
  ['no scheme', callFields('/x').filter(([name]) => name !== ':scheme')],
  ['no method', callFields('/x').filter(([name]) => name !== ':method')],
  ['a length that is none', [...callFields('/x'), ['content-length', '-1']]],
] as [string, [string, string][]][])('%s is malformed', (_, fields) => {
  expect(read(fields).malformed).not.toBe('')
})

test.each([
  ['GET', 'application/grpc', 405],
  ['POST', 'application/json', 415],
  ['POST', 'application/grpc-web', 415],
  ['POST', 'application/grpc', null],
  ['POST', 'application/grpc+proto', null],
  ['POST', 'Application/GRPC;charset=x', null],
])('%s of %s is answered by %p', (method, type, status) => {
  const fields = callFields('/t.T/Echo').map(
    ([name, value]) => [name, name === ':method' ? method : name === 'content-type' ? type : value] as const,
  )
  expect(read(fields).http?.status ?? null).toBe(status)
})

test('what cannot be served says why', () => {
  expect(read(callFields('/t.T/Nope')).refusal).toMatchObject({
    code: 'UNKNOWN_METHOD',
    message: 'there is no method /t.T/Nope',
  })
  expect(good(['grpc-encoding', 'snappy']).refusal).toMatchObject({ code: 'UNKNOWN_METHOD' })
  expect(read([[':method', 'POST']], true)).toMatchObject({ malformed: '', http: null, refusal: { code: 'TOO_LARGE' } })
})

test('the first of two fields counts, as in Metadata.get', () => {
  expect(good(['grpc-timeout', '1S'], ['grpc-timeout', '2S']).timeoutMs).toBe(1000)
})
