/** Streaming endpoints from the user's method to the wire: order, pace, errors in the middle, callers that leave. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Caller, caller, texts } from '../helpers/grpc.ts'
import { frameOf, openStreamDoc, streamDoc } from '../helpers/stream-doc.ts'
import { fixture, type Server, startServer } from '../helpers/xserve.ts'

let server: Server
let call: Caller
beforeAll(async () => {
  server = await startServer('run', [fixture('streaming.ts')])
  call = caller(server.address)
})
afterAll(async () => {
  call?.[Symbol.dispose]()
  expect(await server?.stop()).toBe(0)
})

const made = async (): Promise<number> => {
  const { plain } = await call.post('/made', [{ id: 'a' }])
  const { fields } = plain.parameters as { fields: Record<string, any> }
  return fields.__results__.structValue.fields['executor0/rep-0'].structValue.fields.made.numberValue
}

test('documents come in order, one a frame, with the header of the request', async () => {
  const { frames, texts: words, code } = await streamDoc(call.client, '/count', { id: 'a', text: 'abc' })
  expect(code).toBe(0)
  expect(words).toEqual(['abc 0', 'abc 1', 'abc 2'])
  expect(frames.map((frame) => frame.header.request_id)).toEqual(['r', 'r', 'r'])
  expect(frames[0]!.routes!.map((route) => route.executor)).toEqual(['gateway', 'executor0'])
  expect((await streamDoc(call.client, '/sync', { text: 'x y z' })).texts).toEqual(['x', 'y', 'z'])
  expect((await streamDoc(call.client, '/grows', { text: '-' })).texts).toEqual(['-a', '-ab', '-abc'])
  expect(await streamDoc(call.client, '/nothing', { text: 'x' })).toMatchObject({ frames: [], code: 0 })
})

test('10 000 documents keep their order', async () => {
  const to = { fields: { to: { number_value: 10_000 } } }
  const { texts: words, code } = await streamDoc(call.client, '/count', { text: 'n' }, { parameters: to })
  expect(code).toBe(0)
  expect(words).toEqual(Array.from({ length: 10_000 }, (_, i) => `n ${i}`))
}, 30_000)
