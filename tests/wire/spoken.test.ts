/** Requests without documents follow those with some, connection by connection. */
import { expect, test } from 'bun:test'
import { dialectOfData, encodeData } from '../../lib/document/data-content.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import { createSpoken, createSpokenByPeer } from '../../lib/wire/spoken.ts'

const EMPTY = encodeData(new DocumentArray())
const request = (data?: Uint8Array) => Envelope.create({ requestId: 'r', endpoint: '/', ...(data ? { data } : {}) })
const documents = (dialect: 'v1' | 'v2') => encodeData(new DocumentArray([{ text: 'a' }]), dialect)

test('the dialect of bytes', () => {
  expect([dialectOfData(documents('v1')), dialectOfData(documents('v2'))]).toEqual(['v1', 'v2'])
  expect(dialectOfData(encodeData(new DocumentArray(['a', 'b']), 'v2'))).toBe('v2')
  for (const nothing of [EMPTY, new Uint8Array(0), Uint8Array.of(0x0a, 0x7f, 1), Uint8Array.of(0x12, 1, 1)])
    expect(dialectOfData(nothing)).toBeUndefined()
})

test('the last one heard counts, and what the request itself says before all', () => {
  const spoken = createSpoken()
  const heard = (one: Envelope) => {
    spoken.hear(one)
    return one.dialect
  }
  expect(heard(request())).toBeUndefined()
  expect(heard(request(documents('v2')))).toBe('v2')
  expect([heard(request()), heard(request(EMPTY))]).toEqual(['v2', 'v2'])
  expect(heard(request(documents('v1')))).toBe('v1')
  expect(heard(request())).toBe('v1')
  const told = request()
  told.dialect = 'v2'
  expect(heard(told)).toBe('v2')
})

test('connections do not mix, and are forgotten when there are too many', () => {
  const spokenOf = createSpokenByPeer()
  spokenOf('a').hear(request(documents('v2')))
  const [one, other] = [request(), request()]
  spokenOf('a').hear(one)
  spokenOf('b').hear(other)
  expect([one.dialect, other.dialect]).toEqual(['v2', undefined])
  for (let i = 0; i < 5000; i++) spokenOf(`peer ${i}`)
  const late = request()
  spokenOf('a').hear(late)
  expect(late.dialect).toBeUndefined()
})
