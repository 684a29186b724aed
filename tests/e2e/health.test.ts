/** What health says of executors whose process has died and does not come back until its cause is mended (public case 90). */

import { expect, test } from 'bun:test'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Metadata } from '@grpc/grpc-js'
import { type Caller, caller } from '../helpers/grpc.ts'
import { childrenOf } from '../helpers/processes.ts'
import { startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'

const SICK = `import { existsSync } from 'node:fs'
import { Executor, requests } from 'xserve'
export default class Sick extends Executor {
  constructor() {
    super()
    if (existsSync('broken')) throw new RangeError('the model is broken')
  }
  @requests()
  foo() {}
}
`
const WELL = `import { Executor, requests } from 'xserve'
export default class Well extends Executor {
  @requests()
  foo() {}
}
`
const [SERVING, NOT_SERVING] = [1, 2]
const named = (service: string): Buffer => Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)])

/** grpc.health.v1 by hand. */
const health = async ({ raw }: Caller, service: string) =>
  (await raw('/grpc.health.v1.Health/Check', named(service)).catch((error) => error)).bytes?.[1]

/** Each status that a watch is told, to be taken one by one. */
function watching({ client }: Caller, service: string) {
  const same = (bytes: Buffer): Buffer => bytes
  const stream = client.makeBidiStreamRequest('/grpc.health.v1.Health/Watch', same, same, new Metadata())
  stream.on('error', () => {})
  stream.end(named(service))
  const told = stream.iterator()
  return { next: async () => ((await told.next()).value as Buffer)[1], [Symbol.dispose]: () => stream.cancel() }
}

async function withSick(
  run: (folder: string, fall: (server: { pid: number }) => void, mend: () => void) => Promise<void>,
) {
  using folder = temporaryFolder({ 'sick.ts': SICK, 'well.ts': WELL })
  const flag = path.join(folder.path, 'broken')
  const fall = ({ pid }: { pid: number }): void => {
    writeFileSync(flag, '')
    for (const child of childrenOf(pid)) process.kill(child, 'SIGKILL')
  }
  await run(folder.path, fall, () => rmSync(flag))
}

test(
  'the gateway of one executor serves on, as in Jina; the executor is told of by its name, and by what asks for more',
  () =>
    withSick(async (cwd, fall, mend) => {
      await using server = await startServer('run', ['sick.ts', '--protocol', 'grpc,http', '--port', '0'], { cwd })
      using call = caller(server.address)
      using watch = watching(call, 'executor0')
      const page = async () => (await fetch(`${server.http}/`)).status
      expect([await watch.next(), await page()]).toEqual([SERVING, 200])
      fall(server)
      expect(await watch.next()).toBe(NOT_SERVING)
      await server.seen('starting it again in')
      expect([await page(), await health(call, 'jina.JinaRPC'), await health(call, '')]).toEqual([
        200,
        SERVING,
        SERVING,
      ])
      const { jina } = (await (await fetch(`${server.http}/status`)).json()) as { jina: Record<string, string> }
      expect(jina['failing executor0/rep-0']).toContain('the model is broken')
      const ping = await xserve(['ping', 'flow', server.address])
      expect([ping.code, ping.stderr]).toEqual([1, expect.stringContaining('the model is broken')])
      mend()
      expect(await watch.next()).toBe(SERVING)
    }),
  30_000,
)

test('a shared executor is as well as its process', () =>
  withSick(async (cwd, fall) => {
    await using server = await startServer('executor', ['sick.ts'], { cwd })
    using call = caller(server.address)
    using watch = watching(call, '')
    expect(await watch.next()).toBe(SERVING)
    fall(server)
    expect(await watch.next()).toBe(NOT_SERVING)
  }))

test('a gateway of several serves on, as in Jina; the executor is told of by its name, and by a dry run', () =>
  withSick(async (cwd, fall) => {
    const flow = 'jtype: Flow\nexecutors:\n  - {name: well, uses: well.ts}\n  - {name: sick, uses: sick.ts}\n'
    writeFileSync(path.join(cwd, 'flow.yml'), flow)
    await using server = await startServer('flow', ['flow.yml'], { cwd })
    using call = caller(server.address)
    using watch = watching(call, 'sick')
    expect([await watch.next(), await health(call, 'well'), await health(call, 'nobody')]).toEqual([
      SERVING,
      SERVING,
      undefined,
    ])
    fall(server)
    expect(await watch.next()).toBe(NOT_SERVING)
    await server.seen('starting it again in')
    await server.seen(/well\/rep-0.*started again/)
    expect(await Promise.all(['', 'well', 'sick'].map((name) => health(call, name)))).toEqual([
      SERVING,
      SERVING,
      NOT_SERVING,
    ])
    const ping = await xserve(['ping', 'flow', server.address])
    expect([ping.code, ping.stderr]).toEqual([1, expect.stringContaining('the model is broken')])
  }))
