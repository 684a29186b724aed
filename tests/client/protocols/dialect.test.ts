import { expect, test } from 'bun:test'
import { createDialect, dialectOfVersion } from '../../../lib/client/protocols/dialect.ts'
import { type ErrorCode, XserveError } from '../../../lib/errors.ts'

test.each([
  ['0.21.0', 'v1'],
  ['0.29.9', 'v1'],
  ['0.30.0', 'v2'],
  ['0.40.0', 'v2'],
  ['1.0.0', 'v2'],
  ['0.40.0.dev1', 'v2'],
  ['', 'v1'],
  ['nonsense', 'v1'],
  [undefined, 'v1'],
] as const)('docarray %p is %s', (version, dialect) => {
  expect(dialectOfVersion(version)).toBe(dialect)
})

function asking(...answers: (string | ErrorCode)[]) {
  let asked = 0
  const dialect = createDialect(async () => {
    const answer = answers[asked++]!
    if (/^[A-Z]/.test(answer)) throw new XserveError(answer as ErrorCode, 'no')
    return answer
  })
  return { dialect, asked: () => asked }
}

test('it is asked once', async () => {
  const { dialect, asked } = asking('0.40.0')
  expect([await dialect({}), await dialect({}), asked()]).toEqual(['v2', 'v2', 1])
})

test('a server that knows no such question speaks the first, one that is not there is told, any other is asked again', async () => {
  const old = asking('UNKNOWN_METHOD')
  expect([await old.dialect({}), await old.dialect({}), old.asked()]).toEqual(['v1', 'v1', 1])
  const absent = asking('UNREACHABLE', '0.40.0')
  await expect(absent.dialect({})).rejects.toMatchObject({ code: 'UNREACHABLE' })
  expect(await absent.dialect({})).toBe('v2')
  const ill = asking('INTERNAL', '0.40.0')
  expect([await ill.dialect({}), await ill.dialect({})]).toEqual(['v1', 'v2'])
})

test('it is asked as often as the call may be tried', async () => {
  const retry = { maxAttempts: 3, initialBackoffMs: 0, maxBackoffMs: 0, backoffMultiplier: 1 }
  const { dialect, asked } = asking('UNREACHABLE', 'UNREACHABLE', '0.40.0')
  expect([await dialect({ retry }), asked()]).toEqual(['v2', 3])
})

test('a deadline of the caller is an error, our own patience is not', async () => {
  await expect(asking('DEADLINE').dialect({ deadlineMs: 10 })).rejects.toMatchObject({ code: 'DEADLINE' })
  expect(await asking('DEADLINE').dialect({})).toBe('v1')
})
