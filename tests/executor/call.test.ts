/** What a method gets: made when it is read, and only then. */
import { describe, expect, test } from 'bun:test'
import { encodeData } from '../../lib/document/data-content.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { ExecutorCall } from '../../lib/executor/call.ts'
import type { CallMessage } from '../../lib/link/messages.ts'
import { encodeStruct } from '../../lib/protobuf/struct.ts'

const EMPTY = new Uint8Array(0)
const BROKEN = Uint8Array.from([0x0a, 0x7f])
const dataOf = (...texts: string[]) => encodeData(new DocumentArray(texts.map((text) => ({ id: text, text }))))

const callOf = (parts: Partial<CallMessage> = {}): ExecutorCall =>
  new ExecutorCall(
    {
      endpoint: '/x',
      trace: '',
      deadline: 0,
      parameters: EMPTY,
      branches: [{ name: 'gateway', data: EMPTY }],
      ...parts,
    },
    { name: 'executor0', metasName: 'Mine' },
  )

test('nothing is decoded before it is read, and then once', () => {
  const call = callOf({ branches: [{ name: 'gateway', data: BROKEN }], parameters: BROKEN })
  expect(call.endpoint).toBe('/x')
  expect(call.docsIfRead).toBeUndefined()
  expect(() => call.docs).toThrow('longer than the message')
  expect(() => call.parameters).toThrow()
  const good = callOf({
    branches: [{ name: 'gateway', data: dataOf('a') }],
    parameters: encodeStruct({ executor0__k: 1 }),
  })
  expect(good.docs).toBe(good.docs)
  expect(good.docsIfRead).toBe(good.docs)
  expect(good.docsMatrix[0]).toBe(good.docs)
  expect(good.parameters).toEqual({ k: 1 })
  expect(good.parameters).toBe(good.parameters)
})

test('a member can be taken out by destructuring', () => {
  const { docs, parameters, signal, tracingContext } = callOf({ branches: [{ name: '', data: dataOf('a', 'b') }] })
  expect([docs.texts, parameters, signal.aborted, tracingContext]).toEqual([['a', 'b'], {}, false, undefined])
})

test('several branches are one behind the other, nothing merged, and apart by number and by name', () => {
  const call = callOf({
    branches: [
      { name: 'left', data: dataOf('a', 'b') },
      { name: 'right', data: dataOf('a') },
      { name: 'none', data: EMPTY },
    ],
  })
  expect(call.docs.texts).toEqual(['a', 'b', 'a'])
  expect(call.docsMatrix.map((docs) => docs.texts)).toEqual([['a', 'b'], ['a'], []])
  expect(Object.keys(call.docsMap)).toEqual(['left', 'right', 'none'])
  expect(Object.keys(callOf({ branches: [{ name: '', data: dataOf('a') }] }).docsMap)).toEqual(['gateway'])
  call.docsMap.right![0] = 'changed'
  expect([call.docs.at(2)?.text, call.docsMatrix[1]?.at(0)?.text]).toEqual(['changed', 'changed'])
})

test('the trace of the caller', () => {
  expect(callOf({ trace: '00-aa-bb-01' }).tracingContext).toEqual({ traceparent: '00-aa-bb-01' })
  expect(callOf({ trace: '00-aa-bb-01\nv=1' }).tracingContext).toEqual({
    traceparent: '00-aa-bb-01',
    tracestate: 'v=1',
  })
})

describe('signal', () => {
  const reasonOf = (signal: AbortSignal): string => (signal.reason as DOMException).name
  const aborted = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

  test('aborts when the caller goes, asked for before or after', () => {
    const before = callOf()
    const { signal } = before
    before.cancel()
    const after = callOf()
    after.cancel()
    expect([signal.aborted, reasonOf(signal)]).toEqual([true, 'AbortError'])
    expect([after.signal.aborted, reasonOf(after.signal)]).toEqual([true, 'AbortError'])
  })

  test('aborts at the deadline', async () => {
    const call = callOf({ deadline: Date.now() + 20 })
    await aborted(call.signal)
    expect(reasonOf(call.signal)).toBe('TimeoutError')
    const late = callOf({ deadline: Date.now() - 1000 })
    await aborted(late.signal)
    expect(reasonOf(late.signal)).toBe('TimeoutError')
  })

  test('says that the deadline has passed when the caller goes because of it', () => {
    const call = callOf({ deadline: Date.now() - 1 })
    call.cancel()
    expect(reasonOf(call.signal)).toBe('TimeoutError')
  })

  test('does not take a deadline in a month for one that has passed', async () => {
    const far = callOf({ deadline: Date.now() + 30 * 24 * 3600 * 1000 }).signal
    await aborted(callOf({ deadline: Date.now() + 20 }).signal)
    expect(far.aborted).toBe(false)
  })

  test('is quiet after the answer', async () => {
    const call = callOf({ deadline: Date.now() + 5 })
    const { signal } = call
    call.finish()
    await aborted(callOf({ deadline: Date.now() + 30 }).signal)
    expect(signal.aborted).toBe(false)
  })
})
