import { describe, expect, test } from 'bun:test'
import type { HttpRequest } from '../../../lib/servers/http/exchange.ts'
import { createHealth } from '../../../lib/servers/http/health.ts'

const request = (method: string, path: string): HttpRequest => ({
  method,
  path,
  query: '',
  version: '1.1',
  peer: '',
  header: () => undefined,
  headers: () => [],
  rawPath: '/',
  body: async () => new Uint8Array(0),
  text: () => null,
  cancelled: false,
  onCancel: () => {},
})

describe('createHealth()', () => {
  const health = createHealth()
  const handler = health.guard(() => ({ status: 200, headers: {}, body: 'mine' }))
  const ask = async (method: string, path: string) => {
    const { status, body } = await handler(request(method, path))
    return `${status} ${body}`
  }

  test('says why not while it starts and while it stops, and lets the handler answer in between', async () => {
    const starting = '503 {"detail":"starting: the executor is not ready yet"}'
    expect(await ask('GET', '/')).toBe(starting)
    health.setServing(false)
    expect(await ask('HEAD', '/')).toBe(starting)
    health.setServing(true)
    expect(await ask('GET', '/')).toBe('200 mine')
    health.setServing(false)
    health.setServing(false)
    expect(await ask('GET', '/')).toBe('503 {"detail":"stopping: no new calls are taken"}')
    health.setServing(true)
    expect(await ask('GET', '/')).toBe('200 mine')
  })

  test('says no while what is behind it takes no calls', async () => {
    let serves = true
    const behind = createHealth(() => serves)
    behind.setServing(true)
    const answer = behind.guard(() => ({ status: 200, headers: {}, body: 'mine' }))
    expect((await answer(request('GET', '/'))).status).toBe(200)
    serves = false
    const { status, body } = await answer(request('GET', '/'))
    expect([status, body]).toEqual([503, '{"detail":"the executor is not running: it is started again"}'])
    expect((await answer(request('POST', '/foo'))).status).toBe(200)
  })

  test('leaves other paths and methods to the handler', async () => {
    health.setServing(false)
    expect([await ask('POST', '/'), await ask('GET', '/status')]).toEqual(['200 mine', '200 mine'])
  })
})
