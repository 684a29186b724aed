import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { XserveError } from '../../../../lib/errors.ts'
import type { GrpcCall, GrpcReader, GrpcSink } from '../../../../lib/servers/grpc/method.ts'
import { callMethod } from '../../../../lib/servers/grpc/methods/call.ts'
import type { CallContext } from '../../../../lib/wire/call.ts'
import type { Envelope } from '../../../../lib/wire/envelope.ts'
import { createSpokenByPeer } from '../../../../lib/wire/spoken.ts'
import { fakeRuntime, idOf, request } from '../fake-runtime.ts'

interface Pending {
  readonly id: string
  readonly context: CallContext
  answer(): Promise<void>
  reject(error: unknown): Promise<void>
}

/** One open stream with everything in the test's hand. */
function openStream(metadata: Record<string, string> = {}, prefetch?: number) {
  const pending: Pending[] = []
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
  const runtime = fakeRuntime('gateway', (envelope, context) => {
    const { promise, resolve, reject } = Promise.withResolvers<Envelope>()
    pending.push({
      id: envelope.requestId,
      context,
      answer() {
        resolve(envelope)
        return settled()
      },
      reject(error) {
        reject(error)
        return settled()
      },
    })
    return promise
  })
  const state = { sent: [] as string[], outcome: '', paused: false, accepts: true, cancelled: false }
  let cancel = (): void => {}
  const call: GrpcCall = {
    metadata: (key) => metadata[key],
    deadline: 0,
    peer: 'test',
    get cancelled() {
      return state.cancelled
    },
    onCancel(listener) {
      cancel = listener
    },
    setTrailer() {
      throw new Error('a stream sets no trailer')
    },
  }
  const sink: GrpcSink = {
    onDrain: null,
    write(message) {
      state.sent.push(idOf(Buffer.concat([message].flat())))
      return state.accepts
    },
    end() {
      state.outcome += 'end'
    },
    fail(error) {
      state.outcome += `fail ${(error as XserveError).message}`
    },
  }
  const method = callMethod(runtime.handler, createSpokenByPeer(), prefetch)
  if (method.kind !== 'stream') throw new Error('not a stream')
  const reader: GrpcReader = method.open(sink, call, {
    pause: () => (state.paused = true),
    resume: () => (state.paused = false),
  })
  return {
    pending,
    state,
    sink,
    reader,
    send(...ids: string[]) {
      for (const id of ids) reader.message(request(id))
    },
    vanish() {
      state.cancelled = true
      cancel()
    },
  }
}

describe('JinaRPC/Call', () => {
  test('answers leave as they are done', async () => {
    const { pending, state, send, reader } = openStream()
    send('a', 'b', 'c')
    await pending[2]!.answer()
    await pending[0]!.answer()
    reader.end()
    expect(state).toMatchObject({ sent: ['c', 'a'], outcome: '' })
    await pending[1]!.answer()
    expect(state).toMatchObject({ sent: ['c', 'a', 'b'], outcome: 'end' })
  })

  test('__results_in_order__: whatever the order of the answers, they leave in that of the requests', async () => {
    const orders = fc.integer({ min: 1, max: 8 }).chain((n) => {
      const all = Array.from({ length: n }, (_, i) => i)
      return fc.shuffledSubarray(all, { minLength: n, maxLength: n })
    })
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const { pending, state, send, reader } = openStream({ __results_in_order__: 'true' })
        const ids = order.map((_, i) => `r${i}`)
        send(...ids)
        reader.end()
        for (const index of order) await pending[index]!.answer()
        expect(state).toMatchObject({ sent: ids, outcome: 'end' })
      }),
      { numRuns: 40 },
    )
  })

  test('keeps the order over more requests than the queue holds before it is cut', async () => {
    const { pending, state, send, reader } = openStream({ __results_in_order__: 'true', __prefetch__: '0' })
    const ids = Array.from({ length: 3000 }, (_, i) => String(i))
    send(...ids)
    reader.end()
    for (let i = 0; i < ids.length; i += 2) if (i % 1500 !== 0) void pending[i]!.answer()
    for (let i = 1; i < ids.length; i += 2) void pending[i]!.answer()
    for (let i = 0; i < ids.length; i += 1500) await pending[i]!.answer()
    expect(state.sent).toEqual(ids)
    expect(state.outcome).toBe('end')
  })

  test('__prefetch__ caps the requests under way', async () => {
    const { pending, state, send } = openStream({ __prefetch__: '2' })
    send('a')
    expect(state.paused).toBe(false)
    send('b')
    expect(state.paused).toBe(true)
    await pending[0]!.answer()
    expect(state.paused).toBe(false)
  })

  // Public case 83.
  test('1000 requests under way is the default, 0 is no cap, nonsense is refused', () => {
    const usual = openStream()
    for (let i = 0; i < 999; i++) usual.send('x')
    expect(usual.state.paused).toBe(false)
    usual.send('x')
    expect(usual.state.paused).toBe(true)
    const free = openStream({ __prefetch__: '0' })
    for (let i = 0; i < 1500; i++) free.send('x')
    expect(free.state.paused).toBe(false)
    expect(() => openStream({ __prefetch__: 'many' })).toThrow(/__prefetch__ is 'many'/)
  })

  test('the server’s own number stands where the caller names none; 0 is no cap', () => {
    const one = openStream({}, 1)
    one.send('x')
    expect(one.state.paused).toBe(true)
    const two = openStream({ __prefetch__: '2' }, 1)
    two.send('x')
    expect(two.state.paused).toBe(false)
    const free = openStream({}, 0)
    for (let i = 0; i < 1500; i++) free.send('x')
    expect(free.state.paused).toBe(false)
  })

  test('who asks after the caller has gone is told at once', () => {
    const { pending, send, vanish } = openStream()
    send('a')
    vanish()
    let told = 0
    pending[0]!.context.onCancel(() => told++)
    expect(told).toBe(1)
  })

  test('takes no more while the caller reads slowly', async () => {
    const { pending, state, send, sink } = openStream()
    send('a', 'b')
    state.accepts = false
    await pending[0]!.answer()
    expect(state.paused).toBe(true)
    await pending[1]!.answer()
    expect(state).toMatchObject({ sent: ['a', 'b'], paused: true })
    state.accepts = true
    sink.onDrain?.()
    expect(state.paused).toBe(false)
  })

  test('a rejection ends the stream after the answers of the other requests', async () => {
    const { pending, state, send } = openStream()
    send('a', 'b', 'c')
    await pending[1]!.reject(new XserveError('UNREACHABLE', 'nobody there'))
    expect(state).toMatchObject({ outcome: '', paused: true })
    send('d')
    expect(pending).toHaveLength(3)
    await pending[2]!.answer()
    await pending[0]!.answer()
    expect(state).toMatchObject({ sent: ['c', 'a'], outcome: 'fail nobody there' })
  })

  test('in request order the stream ends where the rejected answer would be, and the rest is cancelled', async () => {
    const { pending, state, send } = openStream({ __results_in_order__: 'true' })
    send('a', 'b', 'c')
    let told = 0
    pending[2]!.context.onCancel(() => told++)
    await pending[1]!.reject(new XserveError('UNREACHABLE', 'nobody there'))
    expect(state).toMatchObject({ sent: [], outcome: '' })
    await pending[0]!.answer()
    expect(state).toMatchObject({ sent: ['a'], outcome: 'fail nobody there' })
    expect([told, pending[2]!.context.cancelled]).toEqual([1, true])
    await pending[2]!.answer()
    expect(state.sent).toEqual(['a'])
  })

  test('a message that is no request fails the stream, an empty one is a request', async () => {
    const { pending, state, reader } = openStream()
    reader.message(new Uint8Array(0))
    expect(pending.map((one) => one.id)).toEqual([''])
    reader.message(new Uint8Array([255, 255]))
    await pending[0]!.answer()
    expect(state.outcome).toMatch(/^fail .*DataRequestProto/)
    expect(state.sent).toEqual([''])
  })

  test('when the caller goes, requests under way are told by signal and listener, answered ones are not', async () => {
    const { pending, state, send, vanish } = openStream()
    send('a', 'b', 'c')
    const told: string[] = []
    for (const one of pending) one.context.onCancel(() => told.push(one.id))
    const { signal } = pending[1]!.context
    await pending[0]!.answer()
    vanish()
    expect(told).toEqual(['b', 'c'])
    expect(signal.aborted).toBe(true)
    expect((signal.reason as XserveError).code).toBe('CANCELLED')
    await pending[1]!.answer()
    expect(state).toMatchObject({ sent: ['a'], outcome: '' })
  })
})
