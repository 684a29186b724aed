import { expect, test } from 'bun:test'
import type { Reply } from '../../lib/client/protocols/connection.ts'
import { PostResponse } from '../../lib/client/response.ts'
import { createShower, SHOWS } from '../../lib/client/show.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'

const answer = (texts: string[], isError = false) => {
  const status = { code: isError ? 1 : 0, description: '', exception: null }
  const docs = new DocumentArray(texts.map((text, i) => ({ id: `${i}`, text })))
  const reply: Reply = { requestId: 'r', endpoint: '/', isError, status, docs, parameters: {}, routes: [] }
  return new PostResponse(reply, { first: 0, count: texts.length })
}

test.each([
  ['json', '{"id":"0","text":"a"}\n{"id":"1","text":"b\\nc\\\\"}\n'],
  ['text', 'a\nb\\nc\\\\\n'],
  ['summary', ''],
] as const)('%s: a line for each document, none of an error', (show, lines) => {
  const shower = createShower(show)
  expect(shower.answer(answer(['a', 'b\nc\\']))).toBe(lines)
  expect(shower.answer(answer(['a'], true))).toBe('')
})

test('responses: a line for each answer, errors too', () => {
  const shower = createShower('responses')
  expect(JSON.parse(shower.answer(answer(['a'], true)))).toMatchObject({ header: { status: { code: 1 } } })
  expect(shower.end()).toBe('')
})

test('summary: counts, time and rate', () => {
  let now = 0
  const shower = createShower('summary', () => now)
  shower.answer(answer(['a', 'b']))
  shower.answer(answer(['c']))
  shower.answer(answer(['d'], true))
  now = 1500
  expect(shower.end()).toBe('3 documents in 3 answers, 1 error, 1.500 s, 2/s\n')
  expect(SHOWS).toContain('summary')
})
