/** One call of a streaming endpoint: items, their pace, and every way to end. */
import { expect, test } from 'bun:test'
import { decodeData, encodeData } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import type { ExecutorCall } from '../../lib/executor/call.ts'
import { Executor } from '../../lib/executor/executor.ts'
import { createInvoker } from '../../lib/executor/invoke.ts'
import { createStreamer, type StreamSink } from '../../lib/executor/stream.ts'
import type { AnswerMessage, CallMessage } from '../../lib/link/messages.ts'
import { decodeStatus } from '../../lib/wire/status.ts'

const EMPTY = new Uint8Array(0)
const dataOf = (...texts: string[]) => encodeData(new DocumentArray(texts.map((text) => ({ text }))))
const message = (endpoint: string, ...texts: string[]): CallMessage => ({
  endpoint,
  trace: '',
  deadline: 0,
  parameters: EMPTY,
  branches: [{ name: '', data: dataOf(...texts) }],
  stream: true,
})

const events: string[] = []
class Streams extends Executor {
  async *count({ doc }: ExecutorCall) {
    for (let i = 0; i < 3; i++) yield new Document(`${doc!.text}${i}`)
    return 'ignored'
  }
  *sync({ doc }: ExecutorCall) {
    yield* doc!.text!
  }
  *endless() {
    try {
      for (let i = 0; ; i++) yield String(i)
    } finally {
      events.push('endless left')
    }
  }
  async *suspended({ signal }: ExecutorCall) {
    try {
      yield 'one'
      events.push('waiting')
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      events.push('aborted')
      yield 'two'
    } finally {
      events.push('suspended left')
    }
  }
  async *breaks() {
    yield 'one'
    throw new RangeError('boom')
  }
  *wrong() {
    try {
      yield { text: 'an object' }
    } finally {
      events.push('wrong left')
    }
  }
  async *unwritable() {
    yield new Document({ tags: { x: 1n as unknown as string } })
  }
  *branches({ docs, docsMatrix }: ExecutorCall) {
    yield `${docs.length} of ${docsMatrix.length}`
  }
  plain() {}
}
const table = new Map(
  Object.getOwnPropertyNames(Streams.prototype)
    .filter((name) => name !== 'constructor')
    .map((name) => [`/${name}`, name]),
)
const streamer = createStreamer(new Streams(), 'Streams', table)

interface Run {
  readonly texts: (string | undefined)[]
  readonly ended: Promise<AnswerMessage | null>
  readonly call: ExecutorCall
}

function start(call: CallMessage, room: StreamSink['item'] = () => undefined): Run {
  const texts: Run['texts'] = []
  const ended = Promise.withResolvers<AnswerMessage | null>()
  const item: StreamSink['item'] = (answer) => {
    texts.push(decodeData(answer.data)[0]?.text)
    return room(answer)
  }
  return { texts, ended: ended.promise, call: streamer(call, { item, end: ended.resolve }) }
}

const errorOf = (answer: AnswerMessage | null) => decodeStatus(answer!.extra).exception!

test.each([
  ['/count', ['a0', 'a1', 'a2']],
  ['/sync', ['a']],
])('%s gives its documents in order, then ends', async (endpoint, expected) => {
  const { texts, ended } = start(message(endpoint, 'a'))
  expect(await ended).toBeNull()
  expect(texts).toEqual(expected)
})

test('nothing is made before there is room', async () => {
  let release = () => {}
  const run = start(message('/endless', 'a'), () => new Promise((resolve) => (release = resolve)))
  for (let i = 1; i < 4; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    expect(run.texts).toHaveLength(i)
    release()
  }
  run.call.cancel()
  release()
  expect(await run.ended).toBeNull()
  expect(events).toContain('endless left')
})

test('a generator that never waits lets others have their turn', async () => {
  const run = start(message('/endless', 'a'))
  await new Promise((resolve) => setTimeout(resolve, 5))
  run.call.cancel()
  expect(await run.ended).toBeNull()
  expect(run.texts.slice(0, 2)).toEqual(['0', '1'])
})

test('cancelling reaches a generator that waits: its signal, then its finally', async () => {
  const run = start(message('/suspended', 'a'))
  while (!events.includes('waiting')) await new Promise((resolve) => setImmediate(resolve))
  run.call.cancel()
  expect(await run.ended).toBeNull()
  await new Promise((resolve) => setImmediate(resolve))
  expect(run.texts).toEqual(['one'])
  expect(events).toEqual(expect.arrayContaining(['aborted', 'suspended left']))
})

test('errors end it: thrown, a wrong value, a document that cannot be written, no generator', async () => {
  const broken = start(message('/breaks', 'a'))
  expect(errorOf(await broken.ended)).toMatchObject({ name: 'RangeError', args: ['boom'], executor: 'Streams' })
  expect(broken.texts).toEqual(['one'])
  const wrong = await start(message('/wrong', 'a')).ended
  expect(errorOf(wrong).args[0]).toContain('Streams.wrong yielded a Object')
  expect(events).toContain('wrong left')
  expect(errorOf(await start(message('/unwritable', 'a')).ended).name).toBe('XserveError')
  expect(errorOf(await start(message('/plain', 'a')).ended).args[0]).toStartWith('endpoint must be generator')
})

test('without a method the document passes', async () => {
  const seen: AnswerMessage[] = []
  const ended = Promise.withResolvers<unknown>()
  streamer(message('/none', 'a'), { item: (answer) => void seen.push(answer) as undefined, end: ended.resolve })
  expect(await ended.promise).toBeNull()
  expect(seen).toEqual([{ failed: false, unchanged: true, extra: EMPTY, data: EMPTY }])
})

test('called for one answer, all documents come together, those of each document of the call in turn', async () => {
  const invoke = createInvoker(new Streams(), 'Streams', table)
  const answerOf = (call: CallMessage) => new Promise<AnswerMessage>((resolve) => invoke(call, resolve))
  expect(decodeData((await answerOf(message('/count', 'a', 'b'))).data).texts).toEqual([
    'a0',
    'a1',
    'a2',
    'b0',
    'b1',
    'b2',
  ])
  expect(decodeData((await answerOf(message('/count'))).data)).toHaveLength(0)
  expect(errorOf(await answerOf(message('/endless', 'a'))).args[0]).toContain('more than 10000 documents')
  expect(errorOf(await answerOf(message('/breaks', 'a'))).name).toBe('RangeError')
})

test('of several documents each in turn; branches that come side by side are one call', async () => {
  const { texts, ended } = start(message('/count', 'a', 'b'))
  expect(await ended).toBeNull()
  expect(texts).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2'])
  const broken = start(message('/breaks', 'a', 'b'))
  expect(errorOf(await broken.ended).name).toBe('RangeError')
  expect(broken.texts).toEqual(['one'])
  const sides: CallMessage = {
    ...message('/branches'),
    branches: ['l', 'r'].map((name) => ({ name, data: dataOf(name, name) })),
  }
  const side = start(sides)
  expect(await side.ended).toBeNull()
  expect(side.texts).toEqual(['4 of 2'])
  const invoke = createInvoker(new Streams(), 'Streams', table)
  const answer = await new Promise<AnswerMessage>((resolve) => invoke({ ...sides, stream: false }, resolve))
  expect(decodeData(answer.data).texts).toEqual(['4 of 2'])
})

test('who leaves at the first of several documents is not asked about the others', async () => {
  const run = start(message('/suspended', 'a', 'b'))
  const before = events.filter((event) => event === 'waiting').length
  while (events.filter((event) => event === 'waiting').length === before) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  run.call.cancel()
  expect(await run.ended).toBeNull()
  expect(run.texts).toEqual(['one'])
})
