import { expect, test } from 'bun:test'
import { connect } from 'node:net'
import { Client } from '../../../lib/client/client.ts'
import { watchHost } from '../../../lib/client/protocols/watch-host.ts'
import { answerOf, startWebServer } from '../web-server.ts'

/** An address of documentation, which nobody has. */
const NOWHERE = '192.0.2.1:9'

test('a host that takes no connection and refuses none is silent', async () => {
  const watch = watchHost(NOWHERE, 60).watch()
  const [host = '', port] = NOWHERE.split(':')
  const probe = connect({ host, port: Number(port) })
  const outcome = await Promise.race([
    new Promise<string>((resolve) => watch.silent.addEventListener('abort', () => resolve('silent'))),
    // Where the network says that there is no way, the call itself fails.
    new Promise<string>((resolve) => probe.once('error', () => resolve('refused'))),
  ])
  probe.destroy()
  expect(['silent', 'refused']).toContain(outcome)
  watch.stop()
})

test('a server that is slow to answer is not silent, and not watched again', async () => {
  await using server = startWebServer({
    async post(body) {
      await Bun.sleep(120)
      return answerOf(body)
    },
  })
  const host = watchHost(server.address, 60)
  const watch = host.watch()
  using client = new Client(`http://${server.address}`)
  expect((await client.post('/', 'a')).texts).toEqual(['a'])
  expect(watch.silent.aborted).toBe(false)
  expect(host.watch().silent).not.toBe(watch.silent)
  watch.stop()
})
