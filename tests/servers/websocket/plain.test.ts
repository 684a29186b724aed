import { expect, test } from 'bun:test'
import type { HttpRequest } from '../../../lib/servers/http/exchange.ts'
import { answerPlainHttp } from '../../../lib/servers/websocket/plain.ts'

const ask = (method: string, path: string) => answerPlainHttp({ method, path } as HttpRequest)

test('plain HTTP gets the health check, else a word about where it is', async () => {
  expect(await ask('GET', '/')).toEqual({ status: 200, headers: { 'content-type': 'application/json' }, body: '{}' })
  for (const [method, path] of [
    ['POST', '/'],
    ['GET', '/status'],
    ['POST', '/post'],
  ] as const) {
    const answer = await ask(method, path)
    expect([answer.status, answer.headers.upgrade]).toEqual([426, 'websocket'])
    expect(JSON.parse(String(answer.body)).detail).toContain('this port speaks WebSocket')
  }
})
