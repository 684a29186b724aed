import { expect, test } from 'bun:test'
import { asXserveError, ERRORS, isErrorCode, isTellable, XserveError } from '../lib/errors.ts'

test('every code has a gRPC status, an HTTP error status and an exit code', () => {
  for (const [code, entry] of Object.entries(ERRORS)) {
    expect([code, entry.grpc >= 1 && entry.grpc <= 16]).toEqual([code, true])
    expect([code, entry.http >= 400 && entry.http <= 599]).toEqual([code, true])
    expect([code, [1, 2, 3].includes(entry.exit)]).toEqual([code, true])
  }
})

test('asXserveError() passes known errors on and masks the rest as INTERNAL with the cause', () => {
  const known = new XserveError('DEADLINE', 'late')
  expect(asXserveError(known)).toBe(known)
  const cause = new TypeError('odd')
  expect(asXserveError(cause)).toMatchObject({ code: 'INTERNAL', message: 'odd', cause, exitCode: 1, grpcStatus: 13 })
  expect(asXserveError('text').message).toBe('text')
})

test('callers may read what the catalogue knows, and nothing else', () => {
  expect(isTellable(new XserveError('DEADLINE', 'late'))).toBeTrue()
  expect([new XserveError('INTERNAL', 'secret'), new Error('secret'), 'secret', null].some(isTellable)).toBeFalse()
})

test('a code that came from elsewhere is one of the catalogue', () => {
  expect(Object.keys(ERRORS).every(isErrorCode)).toBeTrue()
  expect(['constructor', '__proto__', 'deadline', '', 13, null, undefined].some(isErrorCode)).toBeFalse()
})
