import { afterEach, describe, expect, test } from 'bun:test'
import type { HttpHandler } from '../../../lib/servers/http/exchange.ts'
import { type HttpServerOptions, startHttpServer } from '../../../lib/servers/http/server.ts'
import type { Listener } from '../../../lib/wire/call.ts'

const opened: Listener[] = []
afterEach(async () => {
  for (const listener of opened.splice(0)) await listener.close(0)
})

const echo: HttpHandler = async (request) => ({
  status: 200,
  headers: { 'content-type': 'text/plain' },
  body: `${request.method} ${request.path} ${(await request.body()).length}`,
})

async function serve(options: HttpServerOptions = {}): Promise<{ listener: Listener; url: string }> {
  const listener = await startHttpServer({ protocol: 'http', http: echo }, { host: '127.0.0.1', ...options })
  opened.push(listener)
  return { listener, url: `http://127.0.0.1:${listener.port}` }
}

describe('startHttpServer()', () => {
  test('answers by the handler; health on / says no until it is told', async () => {
    const { listener, url } = await serve()
    expect([listener.protocol, listener.host, listener.tls]).toEqual(['http', '127.0.0.1', false])
    expect((await fetch(url)).status).toBe(503)
    listener.setServing(true)
    expect(await (await fetch(url)).text()).toBe('GET / 0')
    expect(await (await fetch(`${url}/x`, { method: 'POST', body: 'abc' })).text()).toBe('POST /x 3')
  })

  test('closes once, however often it is asked', async () => {
    const { listener, url } = await serve()
    expect(listener.close(0)).toBe(listener.close(100))
    await listener.close(0)
    await expect(fetch(url)).rejects.toThrow()
  })

  test('a port in use is told', async () => {
    const { listener } = await serve()
    await expect(serve({ port: listener.port })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
  })

  test('a body above the limit is refused with 413', async () => {
    const { url } = await serve({ maxMessageBytes: 1000 })
    const answer = await fetch(`${url}/x`, { method: 'POST', body: 'a'.repeat(1001) })
    expect(answer.status).toBe(413)
  })
})
