/** Callers that must show a certificate: nothing is heard of any other, however it comes. */
import { afterAll, afterEach, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { createServer, connect as dial, type Socket } from 'node:net'
import { connect } from 'node:tls'
import type { FrontSocket } from '../../../lib/servers/socket/connection.ts'
import { Handshake } from '../../../lib/servers/socket/handshake.ts'
import { startSocketFront } from '../../../lib/servers/socket/start.ts'
import { type CertificateFiles, makeAuthority, makeCertificate } from '../../helpers/certificate.ts'
import { temporaryFolder } from '../../helpers/xserve.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const authority = makeAuthority(folder.path)
const server = makeCertificate(folder.path, 'server', 30, authority)
const known = makeCertificate(folder.path, 'known', 30, authority)
const stranger = makeCertificate(folder.path, 'stranger')
const text = (file: string) => readFileSync(file, 'utf8')

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

/** Says back what it hears. */
async function open() {
  const heard: string[] = []
  const tls = {
    certificate: text(server.certificate),
    key: text(server.key),
    callerAuthorities: text(authority.certificate),
  }
  const options = {
    host: '127.0.0.1',
    port: 0,
    tls,
    protocols: ['h2'],
    report: (error: unknown) => heard.push(`${error}`),
  }
  const front = await startSocketFront(options, (socket) => ({
    receive(chunk) {
      heard.push(chunk.toString())
      socket.write(chunk, 0, chunk.length)
    },
    drained() {},
    closed() {},
    tick() {},
    drain: () => socket.end(),
    cutShort: () => socket.end(),
    terminate: () => socket.end(),
  }))
  opened.push({ close: () => front.close(0) })
  return { front, heard }
}

/** Sends a word as soon as TLS lets it; resolves with what comes until the far end or the answer ends it. */
function say(port: number, who: CertificateFiles | null): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const socket = connect(
    {
      ...{ host: '127.0.0.1', port, servername: 'localhost', ca: text(authority.certificate), ALPNProtocols: ['h2'] },
      ...(who ? { cert: text(who.certificate), key: text(who.key) } : {}),
    },
    () => socket.write('word'),
  )
  socket.on('data', (bytes) => {
    resolve(bytes.toString())
    socket.destroy()
  })
  socket.on('error', () => {})
  socket.on('close', () => resolve('closed'))
  return promise
}

/** Whether the last record is that of the word: 4 bytes, 1 for the kind, 16 of the cipher, behind a head of 5. */
const endsInWord = (bytes: Buffer): boolean =>
  bytes.length >= 26 && bytes.at(-26) === 0x17 && bytes.readUInt16BE(bytes.length - 23) === 21

/** Passes the caller's bytes on once the word has come: its certificate and the word are one piece then. */
async function holdBack(port: number): Promise<number> {
  const listener = createServer((near) => {
    const far = dial(port, '127.0.0.1')
    let held = Buffer.alloc(0)
    let through = 0
    near.on('data', (bytes: Buffer) => {
      through++
      held = Buffer.concat([held, bytes])
      // The first is the hello, for which the far end waits.
      if (through > 1 && !endsInWord(held)) return
      far.write(held)
      held = Buffer.alloc(0)
    })
    const end = (other: Socket) => () => other.destroy()
    far
      .on('data', (bytes) => near.write(bytes))
      .on('close', end(near))
      .on('error', end(near))
    near.on('close', end(far)).on('error', end(far))
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  opened.push(listener)
  return (listener.address() as { port: number }).port
}

describe('who must show a certificate', () => {
  test('is heard with one of the authority', async () => {
    const { front, heard } = await open()
    expect(await say(front.port, known)).toBe('word')
    expect(heard).toEqual(['word'])
  })

  test.each([
    ['none', null],
    ['one of somebody else', stranger],
  ])('is not heard with %s', async (_, who) => {
    const { front, heard } = await open()
    expect(await say(front.port, who)).toBe('closed')
    expect(heard).toEqual([])
    // The front goes on.
    expect(await say(front.port, known)).toBe('word')
  })

  test('is not heard either when the first word comes in one piece with the certificate', async () => {
    const { front, heard } = await open()
    const port = await holdBack(front.port)
    expect(await say(port, stranger)).toBe('closed')
    expect(heard).toEqual([])
    expect(await say(port, known)).toBe('word')
  })

  test('and says nothing at all is given up with the front', async () => {
    const { front } = await open()
    const socket = dial(front.port, '127.0.0.1')
    const gone = new Promise((resolve) => socket.on('close', resolve))
    await new Promise((resolve) => socket.on('connect', resolve))
    // The front has seen the connection when it has answered the next one.
    expect(await say(front.port, known)).toBe('word')
    await front.close(0)
    await gone
  })

  test('has ten seconds for it', () => {
    let ended = 0
    const socket = { end: () => ended++ } as unknown as FrontSocket
    const waiting = new Handshake(socket, 5)
    waiting.tick(14)
    expect(ended).toBe(0)
    waiting.tick(15)
    expect(ended).toBe(1)
  })
})
