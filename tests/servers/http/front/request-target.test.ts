import { expect, test } from 'bun:test'
import { parseTarget } from '../../../../lib/servers/http/front/request-target.ts'

test.each([
  ['GET', '/', '/', ''],
  ['GET', '/a?b?c=%20', '/a', 'b?c=%20'],
  ['GET', '/a%2Fb%C3%A9', '/a/bé', ''],
  ['GET', '//x', '//x', ''],
  ['GET', 'http://h:1/a?b', '/a', 'b'],
  ['GET', 'HTTPS://h?b', '/', 'b'],
  ['OPTIONS', '*', '/', ''],
])('%s %s', (method, target, path, query) => {
  expect(parseTarget(method, target)).toEqual({ path, query })
})

test.each([
  ['GET', '*'],
  ['GET', 'a'],
  ['GET', 'ftp://h/a'],
  ['GET', 'http:///a'],
  ['GET', '/%'],
  ['GET', '/%f'],
  ['GET', '/%80'],
  ['GET', '/#'],
])('refused: %s %s', (method, target) => {
  expect(parseTarget(method, target)).toMatchObject({ status: 400 })
})
