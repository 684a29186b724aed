import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { jsonReply, jsonStatus } from '../../../lib/client/protocols/json-reply.ts'
import { XserveError } from '../../../lib/errors.ts'

test('members of either spelling, absent ones and nulls', () => {
  const reply = jsonReply(
    'a:1',
    '{"header":{"request_id":"r","exec_endpoint":"/x","status":null},"data":{"docs":[{"text":"a","blob":null}]},"routes":null}',
  )
  expect([reply.requestId, reply.endpoint, reply.isError, reply.docs.texts, reply.parameters, reply.routes]).toEqual([
    'r',
    '/x',
    false,
    ['a'],
    {},
    [],
  ])
  expect(jsonReply('a:1', '{"data":null}').docs.length).toBe(0)
})

test('a status by number or by name; an exception with nothing in it is none', () => {
  expect(
    jsonStatus({ code: 'ERROR', description: 'd', exception: { name: '', args: [], stacks: [], executor: '' } }),
  ).toEqual({ code: 1, description: 'd', exception: null })
  expect(jsonStatus(null)).toEqual({ code: 0, description: '', exception: null })
})

test('a document that is none is told with its place', () => {
  const { docs: _, ...rest } = Object.getOwnPropertyDescriptors(jsonReply('a:1', '{"data":[{"text":"a"},{"text":5}]}'))
  expect(Object.keys(rest)).toContain('routes')
  expect(() => jsonReply('a:1', '{"data":[{"text":"a"},{"text":5}]}').docs).toThrow('data[1].text must be a text')
})

test('any JSON is an answer or an XserveError', () => {
  const key = fc.constantFrom('header', 'data', 'routes', 'parameters', 'status', 'docs', 'code', 'exception', 'text')
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.dictionary(key, tie('node')),
      fc.array(tie('node'), { maxLength: 3 }),
    ),
  })).node
  fc.assert(
    fc.property(value, (json) => {
      try {
        const reply = jsonReply('a:1', JSON.stringify(json))
        void [reply.docs, reply.routes, reply.parameters, reply.status]
      } catch (error) {
        if (!(error instanceof XserveError)) throw error
      }
    }),
  )
})

const vectors = `${import.meta.dir}/../../fixtures/vectors/v1/http.json`
test('recorded answers of Jina are read', () => {
  const { cases } = JSON.parse(readFileSync(vectors, 'utf8')) as {
    cases: { path: string; status: number; response: { data?: unknown[] } }[]
  }
  const posts = cases.filter(({ path, status, response }) => path === '/post' && status === 200 && response.data)
  expect(posts.length).toBeGreaterThan(0)
  for (const { response } of posts) {
    const reply = jsonReply('a:1', JSON.stringify(response))
    expect(reply.docs.length).toBe(response.data!.length)
    expect(reply.routes.length).toBeGreaterThan(0)
  }
})
