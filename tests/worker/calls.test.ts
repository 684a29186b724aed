/** Calls of a worker: beside each other, given up, late, broken; and every way that its process ends. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import path from 'node:path'
import { decodeData, encodeData } from '../../lib/document/data-content.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { decodeAnswer, encodeCall } from '../../lib/link/messages.ts'
import { decodeValue, encodeStruct } from '../../lib/protobuf/struct.ts'
import { decodeStatus } from '../../lib/wire/status.ts'
import { fixture, temporaryFolder } from '../helpers/xserve.ts'
import { type Failed, readyWorker, type TestWorker, WORKER } from './fixtures/start-worker.ts'

const SDK = "import { Document, DocumentArray, Executor, requests } from 'xserve'\n"
const EMPTY = new Uint8Array(0)

describe('calls', () => {
  let worker: TestWorker
  beforeAll(async () => {
    worker = await readyWorker(fixture('tells.ts'))
  })
  afterAll(() => worker[Symbol.asyncDispose]())

  test('asynchronous methods run side by side', async () => {
    const order: string[] = []
    const slow = worker.call('/slow', ['x'], { parameters: { ms: 60 } }).then(() => order.push('slow'))
    const quick = worker.call('/slow', ['x'], { parameters: { ms: 1 } }).then(() => order.push('quick'))
    await Promise.all([slow, quick])
    expect(order).toEqual(['quick', 'slow'])
  })

  test('a caller that goes aborts the signal', async () => {
    const data = encodeData(new DocumentArray(['x']))
    const message = { endpoint: '/waits', trace: '', deadline: 0, parameters: EMPTY, branches: [{ name: '', data }] }
    const call = worker.link.call(encodeCall(message))
    call.answer.catch(() => {})
    while ((await worker.next('log')).text !== 'waiting');
    call.cancel()
    expect(await worker.next('log')).toMatchObject({ text: 'gave up: AbortError' })
  })

  test('a deadline aborts the signal in time', async () => {
    const answer = await worker.call('/waits', ['x'], { deadline: Date.now() + 30 })
    expect(decodeValue(answer.extra)).toEqual({ reason: 'TimeoutError' })
  })

  test('a floating rejection and a late throw are logged with their place, and survived', async () => {
    await worker.call('/floating', ['x'])
    const texts: string[] = []
    while (texts.length < 2) {
      const { level, text } = await worker.next('log')
      if (level === 'error') texts.push(text)
    }
    expect(texts.join('\n')).toContain('nobody waits')
    expect(texts.join('\n')).toContain('too late')
    for (const text of texts) expect(text).toMatch(/tells\.ts:\d+:\d+/)
    expect((await worker.call('/slow', ['x'], { parameters: { ms: 0 } })).failed).toBe(false)
  })

  test('what a method throws says where', async () => {
    await using trouble = await readyWorker(fixture('trouble.ts'))
    const answer = await trouble.call('/throws', ['x'])
    const { exception } = decodeStatus(answer.extra)
    expect(exception!.stacks.join('')).toMatch(/trouble\.ts:\d+:\d+/)
    expect(exception!.stacks.join('')).not.toMatch(/lib\/(executor|worker|link)|\(native/)
  })

  test('ten thousand at once are all answered', async () => {
    const data = encodeData(new DocumentArray([{ id: 'a' }]))
    const message = {
      endpoint: '/slow',
      trace: '',
      deadline: 0,
      parameters: encodeStruct({ ms: 0 }),
      branches: [{ name: '', data }],
    }
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, () => worker.link.call(encodeCall(message)).answer),
    )
    expect(answers.every((answer) => decodeData(decodeAnswer(answer).data).texts[0] === 'slow')).toBe(true)
  })
})

describe('the end', () => {
  test('drain lets calls finish, runs close() once, and the closed link ends the process', async () => {
    await using worker = await readyWorker(fixture('tells.ts'))
    const slow = worker.post('/slow', ['x'], { parameters: { ms: 50 } })
    await worker.call('/all', [])
    worker.link.control({ kind: 'drain' })
    worker.link.control({ kind: 'drain' })
    await worker.next('drained')
    expect((await slow).texts).toEqual(['slow'])
    worker.link.close()
    expect(await worker.child.exited).toBe(0)
    const logged: string[] = []
    for (;;) {
      const message = await worker.next('log').catch(() => null)
      if (message === null) break
      logged.push(message.text)
    }
    expect(logged.filter((text) => text === 'closed')).toHaveLength(1)
  })

  test('a close() that throws is told, and the worker is drained all the same', async () => {
    using folder = temporaryFolder({
      'exec.ts': `${SDK}export default class A extends Executor {\n  async close() { throw new RangeError('not now') }\n}`,
    })
    await using worker = await readyWorker(path.join(folder.path, 'exec.ts'))
    worker.link.control({ kind: 'drain' })
    const failed = await worker.next('drained').catch((error: Failed) => error)
    expect((failed as Failed).failure).toMatchObject({
      message: 'RangeError: not now',
      where: expect.stringMatching(/exec\.ts:3/),
    })
    await worker.next('drained')
  })

  test('signals of the terminal are the parent’s affair', async () => {
    await using worker = await readyWorker(fixture('tells.ts'))
    worker.child.kill('SIGINT')
    worker.child.kill('SIGTERM')
    expect((await worker.post('/slow', ['x'], { parameters: { ms: 30 } })).texts).toEqual(['slow'])
  })

  test('a closed link ends it at once, calls under way or not', async () => {
    await using worker = await readyWorker(fixture('tells.ts'))
    worker.call('/waits', ['x']).catch(() => {})
    while ((await worker.next('log')).text !== 'waiting');
    worker.link.close()
    expect(await worker.child.exited).toBe(0)
  })

  test('without a link it says what it is', async () => {
    const child = Bun.spawnSync([...WORKER])
    expect([child.exitCode, child.stdout.toString()]).toEqual([2, ''])
    expect(child.stderr.toString()).toContain('xserve run FILE')
  })
})
