import { expect, test } from 'bun:test'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import type { XserveError } from '../../../../lib/errors.ts'
import { contentCodingOf, inflateBody } from '../../../../lib/servers/http/front/inflate.ts'

const codeOf = (promise: Promise<unknown>) => promise.catch((error: XserveError) => error.code)

test('codings by name', () => {
  expect([undefined, '', 'Identity', 'GZIP', 'x-gzip', 'deflate', 'br', 'gzip, gzip'].map(contentCodingOf)).toEqual([
    null,
    null,
    null,
    'gzip',
    'gzip',
    'deflate',
    undefined,
    undefined,
  ])
})

test('gzip, deflate, and deflate without its wrapping', async () => {
  const plain = Buffer.from('abc'.repeat(1000))
  expect(plain.equals(await inflateBody(gzipSync(plain), 'gzip', -1))).toBe(true)
  expect(plain.equals(await inflateBody(deflateSync(plain), 'deflate', 3000))).toBe(true)
  expect(plain.equals(await inflateBody(deflateRawSync(plain), 'deflate', -1))).toBe(true)
})

test('the limit is upon what comes out', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000))
  expect(await codeOf(inflateBody(bomb, 'gzip', 1000))).toBe('TOO_LARGE')
  expect(await codeOf(inflateBody(gzipSync('ab'), 'gzip', 1))).toBe('TOO_LARGE')
  expect(await codeOf(inflateBody(gzipSync('a'), 'gzip', 0))).toBe('TOO_LARGE')
})

test('what is not compressed so, or cut short', async () => {
  expect(await codeOf(inflateBody(Buffer.from('abc'), 'gzip', -1))).toBe('BAD_REQUEST')
  expect(await codeOf(inflateBody(gzipSync('abc').subarray(0, -4), 'gzip', -1))).toBe('BAD_REQUEST')
  expect(await codeOf(inflateBody(Buffer.from('abc'), 'deflate', -1))).toBe('BAD_REQUEST')
})
