/** JSON requests: both spellings, what is passed over, and the place of what is wrong. */
import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { decodeData } from '../../../lib/document/data-content.ts'
import { XserveError } from '../../../lib/errors.ts'
import { decodeStruct } from '../../../lib/protobuf/struct.ts'
import { InvalidRequest } from '../../../lib/servers/json/invalid.ts'
import { parseJson } from '../../../lib/servers/json/parse.ts'
import { requestFromJson } from '../../../lib/servers/json/request.ts'

const docsOf = (value: unknown) => decodeData(requestFromJson(value, null).data).toJSON()

test('both spellings, data as a list or as an object', () => {
  const camel = requestFromJson(
    { execEndpoint: '/a', targetExecutor: 'x', parameters: { n: 1 }, header: { requestId: 'r' }, data: [{ id: 'a' }] },
    null,
  )
  const snake = requestFromJson(
    {
      exec_endpoint: '/a',
      target_executor: 'x',
      parameters: { n: 1 },
      header: { request_id: 'r' },
      data: { docs: [{ id: 'a' }] },
    },
    null,
  )
  expect(snake.encode()).toEqual(camel.encode())
  expect([camel.endpoint, camel.targetExecutor, camel.requestId]).toEqual(['/a', 'x', 'r'])
  expect(decodeStruct(camel.parameters)).toEqual({ n: 1 })
  expect(docsOf({ data: [{ id: 'a', mimeType: 'x/y' }, 'text'] })).toMatchObject([
    { mime_type: 'x/y' },
    { text: 'text' },
  ])
})

test('one document in place of a list is that document', () => {
  expect(docsOf({ execEndpoint: '/', data: { id: 'a', text: 'x' } })).toEqual([{ id: 'a', text: 'x' }])
})

test('a number where a text belongs is a text of its digits, as for Jina; a truth value is none', () => {
  expect(docsOf({ data: [{ id: 5, text: 0.5, uri: 7 }] })).toEqual([{ id: '5', text: '0.5', uri: '7' }])
  expect(() => docsOf({ data: [{ id: true }] })).toThrow('id must be a text')
})

test('the endpoint of the path wins; without any it is /', () => {
  expect(requestFromJson({ execEndpoint: '/other' }, '/index').endpoint).toBe('/index')
  expect(requestFromJson({}, null).endpoint).toBe('/')
  expect(requestFromJson({ execEndpoint: null }, null).endpoint).toBe('/')
})

test('without documents there is no data; with an empty list there are none', () => {
  for (const value of [{}, { data: null }]) expect(requestFromJson(value, null).hasData).toBe(false)
  for (const data of [[], {}, { docs: null }, { docs: [] }]) {
    expect(requestFromJson({ data }, null).hasData).toBe(true)
    expect(docsOf({ data })).toEqual([])
  }
})

test('a header that is none, and an id that is none, get a new id', () => {
  for (const header of [5, 'x', null, [], {}, { requestId: 5 }, { requestId: '' }, { requestId: 'x'.repeat(2000) }])
    expect(requestFromJson({ header }, null).requestId).toMatch(/^[0-9a-f]{32}$/)
})

test('names that nobody has are passed over, __proto__ among them', () => {
  const value = JSON.parse(
    '{"x": 1, "__proto__": {"execEndpoint": "/a"}, "data": [{"id": "a", "txt": 1, "__proto__": {"text": "no"}, "tags": {"__proto__": {"n": 1}}}]}',
  ) as unknown
  expect(requestFromJson(value, null).endpoint).toBe('/')
  const [document] = docsOf(value)
  expect(JSON.stringify(document)).toBe('{"id":"a","tags":{"__proto__":{"n":1}}}')
})

const problem = (run: () => unknown): InvalidRequest => {
  try {
    run()
  } catch (error) {
    if (error instanceof InvalidRequest) return error
    throw error
  }
  throw new Error('it was taken')
}

describe('what is wrong is told with its place', () => {
  test.each([
    [[], ['body']],
    ['x', ['body']],
    [null, ['body']],
    [{ data: 5 }, ['body', 'data']],
    [{ data: { docs: 5 } }, ['body', 'data', 'docs']],
    [{ data: [{}, 5] }, ['body', 'data', 1]],
    [{ data: [null] }, ['body', 'data', 0]],
    [{ data: [{ text: {} }] }, ['body', 'data', 0, 'text']],
    [{ data: [{ blob: 'no base64!' }] }, ['body', 'data', 0, 'blob']],
    [{ data: [{ blob: 'AA', text: 'x' }] }, ['body', 'data', 0]],
    [{ data: [{ tensor: 'x' }] }, ['body', 'data', 0, 'tensor']],
    [{ data: [{ tensor: [[1], [1, 2]] }] }, ['body', 'data', 0]],
    [{ data: [{ granularity: -1 }] }, ['body', 'data', 0, 'granularity']],
    [{ data: [{ weight: '1' }] }, ['body', 'data', 0, 'weight']],
    [{ data: [{ location: [1, 'x'] }] }, ['body', 'data', 0, 'location']],
    [{ data: [{ tags: [] }] }, ['body', 'data', 0, 'tags']],
    [{ data: [{ scores: { a: { value: 'x' } } }] }, ['body', 'data', 0, 'scores', 'a', 'value']],
    [{ data: { docs: [{ chunks: [{}, { text: true }] }] } }, ['body', 'data', 'docs', 0, 'chunks', 1, 'text']],
    [{ parameters: [] }, ['body', 'parameters']],
    [{ execEndpoint: 5 }, ['body', 'execEndpoint']],
    [{ exec_endpoint: 5 }, ['body', 'exec_endpoint']],
    [{ target_executor: {} }, ['body', 'target_executor']],
  ])('%j', (value, location) => {
    const error = problem(() => requestFromJson(value, null))
    expect(error.location).toEqual(location)
    expect(error.httpStatus).toBe(422)
  })

  test('text that is no JSON, with line and column', () => {
    expect(problem(() => parseJson('{\n "a": tru}')).message).toBe('not JSON: "tru}" cannot stand at line 2 column 7')
    expect(problem(() => parseJson('{"a"')).message).toContain('it ends too soon')
    expect(problem(() => parseJson(' ')).message).toBe('field required')
  })

  test('lists in lists without end, wherever they stand', () => {
    const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    for (const depth of [200, 5_000, 100_000]) {
      for (const body of [
        `{"parameters": {"a": ${deep(depth)}}}`,
        `{"data": [{"tags": {"a": ${deep(depth)}}}]}`,
        `{"data": [{"tensor": ${'['.repeat(depth)}1,1${']'.repeat(depth)}}]}`,
        `{"data": [{"tensor": [1, ${deep(depth)}]}]}`,
        `{"data": [${'{"chunks":['.repeat(depth)}${']}'.repeat(depth)}]}`,
        deep(depth),
      ])
        expect(problem(() => requestFromJson(parseJson(body), null)).httpStatus).toBe(422)
    }
  })

  test('any JSON is either taken or refused by name', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (data, parameters, header) => {
        for (const value of [
          data,
          { data, parameters, header },
          { data: [data] },
          { data: [{ tags: data, tensor: header }] },
        ]) {
          try {
            requestFromJson(value, null).encode()
          } catch (error) {
            expect(error).toBeInstanceOf(XserveError)
          }
        }
      }),
    )
  })
})
