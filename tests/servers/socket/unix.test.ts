/** Listening at a file: what may lie there before, and what is left behind. */
import { afterAll, describe, expect, test } from 'bun:test'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { type SocketFront, startSocketFront } from '../../../lib/servers/socket/start.ts'
import { temporaryFolder } from '../../helpers/xserve.ts'

const folder = temporaryFolder({})
afterAll(() => folder[Symbol.dispose]())
const at = (name: string) => path.join(folder.path, name)

/** Sends back what comes. */
const start = (file: string): Promise<SocketFront> =>
  startSocketFront(
    { host: `unix:${file}`, port: 0, protocols: [], report: (error) => console.error(error) },
    (socket) => ({
      receive: (chunk) => void socket.write(chunk, 0, chunk.length),
      drained() {},
      closed() {},
      tick() {},
      drain: () => socket.end(),
      cutShort() {},
      terminate: () => socket.end(),
    }),
  )

function ask(file: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect({ path: file }, () => socket.write('hello'))
  socket.once('data', (data) => resolve(String(data)))
  socket.once('error', reject)
  return promise.finally(() => socket.destroy())
}

describe('a Unix socket', () => {
  test('answers, is for its user alone, and gone at the end', async () => {
    const front = await start(at('a'))
    expect(front.port).toBe(0)
    expect(await ask(at('a'))).toBe('hello')
    // Who may connect is who may write.
    expect(statSync(at('a')).mode & 0o022 & ~process.umask()).toBe(0)
    await front.close(1000)
    expect(existsSync(at('a'))).toBe(false)
  })

  test('one that somebody listens at is left alone', async () => {
    const front = await start(at('b'))
    const failure = { code: 'PORT_IN_USE', message: `another program listens on unix:${at('b')}` }
    await expect(start(at('b'))).rejects.toMatchObject(failure)
    expect(await ask(at('b'))).toBe('hello')
    await front.close(1000)
  })

  test('one of a program that was killed is replaced', async () => {
    const listen = `Bun.listen({ unix: ${JSON.stringify(at('c'))}, socket: { data() {} } }); console.log('ready')`
    const child = Bun.spawn([process.execPath, '-e', listen], { stdio: ['ignore', 'pipe', 'inherit'] })
    await child.stdout.getReader().read()
    child.kill('SIGKILL')
    await child.exited
    expect(existsSync(at('c'))).toBe(true)
    const front = await start(at('c'))
    expect(await ask(at('c'))).toBe('hello')
    await front.close(1000)
  })

  test('other files, and folders that are not there, are told', async () => {
    writeFileSync(at('file'), 'precious')
    const failed = (message: string) => ({ code: 'START_FAILED', message: expect.stringContaining(message) })
    await expect(start(at('file'))).rejects.toMatchObject(failed('a file is there that is no socket'))
    await expect(start(at('none/a'))).rejects.toMatchObject(failed('its folder is not there'))
    await expect(start(at('file/a'))).rejects.toMatchObject(failed('its folder is a file'))
    expect(existsSync(at('file'))).toBe(true)
  })
})
