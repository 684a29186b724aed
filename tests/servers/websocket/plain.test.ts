import { expect, test } from 'bun:test'
import type { HttpHandler, HttpRequest, HttpResponse } from '../../../lib/servers/http/exchange.ts'
import { tellPlainHttp } from '../../../lib/servers/websocket/plain.ts'

const answer = (status: number): HttpResponse => ({ status, headers: {}, body: '{}' })
const routes: HttpHandler = ({ method, path }) => answer(path === '/' ? (method === 'GET' ? 200 : 405) : 404)
const ask = (method: string, path: string) => tellPlainHttp(routes)({ method, path } as HttpRequest)

test('plain HTTP gets what both protocols have, else a word about where it is', async () => {
  expect(await ask('GET', '/')).toEqual(answer(200))
  for (const [method, path] of [
    ['POST', '/'],
    ['POST', '/post'],
  ] as const) {
    const { status, headers, body } = await ask(method, path)
    expect([status, headers.upgrade]).toEqual([426, 'websocket'])
    expect(JSON.parse(String(body)).detail).toContain('this port speaks WebSocket')
  }
})
