import { expect, test } from 'bun:test'
import { XserveError } from '../../../../lib/errors.ts'
import { parseExposedEndpoints } from '../../../../lib/servers/http/routes/exposed.ts'

test('an object or its text; POST to the endpoint’s own name unless told otherwise', () => {
  const plain = {
    endpoint: '/foo',
    path: '/foo',
    methods: ['POST'],
    summary: '',
    description: '',
    tags: ['Customized'],
  }
  expect(parseExposedEndpoints({ '/foo': {} })).toEqual([plain])
  expect(parseExposedEndpoints('{"/foo": null}')).toEqual([plain])
  expect(parseExposedEndpoints({ foo: { methods: ['get'], path: 'bar', tags: ['a'], name: 'x' } })).toEqual([
    { ...plain, endpoint: 'foo', path: '/bar', methods: ['GET'], tags: ['a'] },
  ])
  for (const none of [undefined, null, '', ' ']) expect(parseExposedEndpoints(none)).toEqual([])
})

test.each([
  ['{bad'],
  ['[]'],
  [5],
  [{ '/foo': 5 }],
  [{ '/foo': { methods: [] } }],
  [{ '/foo': { methods: ['TRACE'] } }],
  [{ '/foo': { methods: 'POST' } }],
  [{ '/foo': { http_path: 5 } }],
])('%j is refused', (value) => {
  expect(() => parseExposedEndpoints(value)).toThrow(XserveError)
})
