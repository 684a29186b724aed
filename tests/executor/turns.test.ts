/** One call at a time: order, errors, callers who leave, generators. */
import { describe, expect, test } from 'bun:test'
import { ExecutorCall } from '../../lib/executor/call.ts'
import type { Methods } from '../../lib/executor/invoke.ts'
import { MOST_WAITING, oneAtATime } from '../../lib/executor/turns.ts'

const EMPTY = new Uint8Array(0)
const newCall = (endpoint = '/x') =>
  new ExecutorCall(
    { endpoint, trace: '', deadline: 0, parameters: EMPTY, branches: [{ name: '', data: EMPTY }] },
    {
      name: 'a',
      metasName: 'A',
    },
  )

/** Each call of `slow` waits until it is let go; what has begun and ended is in `log`. */
function slowMethods() {
  const log: string[] = []
  const gates: PromiseWithResolvers<void>[] = []
  let running = 0
  let most = 0
  let count = 0
  const methods: Methods = {
    async slow() {
      const number = count++
      most = Math.max(most, ++running)
      log.push(`begin ${number}`)
      const gate = Promise.withResolvers<void>()
      gates.push(gate)
      try {
        await gate.promise
      } finally {
        running--
        log.push(`end ${number}`)
      }
      return number
    },
    async *items() {
      most = Math.max(most, ++running)
      try {
        yield 'one'
        yield 'two'
      } finally {
        running--
        log.push('items over')
      }
    },
  }
  return { methods: oneAtATime(methods, ['slow', 'items', 'slow']), log, gates, most: () => most }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('oneAtATime()', () => {
  test('calls follow each other in their order, also behind one that fails', async () => {
    const { methods, log, gates, most } = slowMethods()
    const answers = [1, 2, 3].map(() => methods.slow!(newCall()) as Promise<unknown>)
    await turn()
    expect(log).toEqual(['begin 0'])
    gates[0]!.reject(new Error('mine'))
    await expect(answers[0]!).rejects.toThrow('mine')
    await turn()
    gates[1]!.resolve()
    expect(await answers[1]!).toBe(1)
    await turn()
    gates[2]!.resolve()
    expect(await answers[2]!).toBe(2)
    expect(log).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2'])
    expect(most()).toBe(1)
  })

  test('a caller that leaves while it waits is passed over', async () => {
    const { methods, log, gates } = slowMethods()
    const first = methods.slow!(newCall()) as Promise<unknown>
    const leaving = newCall()
    const second = methods.slow!(leaving) as Promise<unknown>
    const third = methods.slow!(newCall()) as Promise<unknown>
    await turn()
    leaving.cancel()
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' })
    gates[0]!.resolve()
    await first
    await turn()
    gates[1]!.resolve()
    await third
    expect(log.filter((line) => line.startsWith('begin'))).toHaveLength(2)
  })

  test('a generator has its turn until it has ended, or was left', async () => {
    const { methods, log, gates, most } = slowMethods()
    const items = methods.items!(newCall()) as AsyncGenerator<string>
    expect((await items.next()).value).toBe('one')
    const waiting = methods.slow!(newCall()) as Promise<unknown>
    await turn()
    expect(log).toEqual([])
    await items.return(undefined)
    await turn()
    expect(log).toEqual(['items over', 'begin 0'])
    gates[0]!.resolve()
    await waiting
    expect(most()).toBe(1)
  })

  test('the queue has an end', async () => {
    const { methods, gates } = slowMethods()
    const first = methods.slow!(newCall()) as Promise<unknown>
    const calls = Array.from({ length: MOST_WAITING }, newCall)
    const waiting = calls.map((one) => (methods.slow!(one) as Promise<unknown>).catch(() => {}))
    await expect(methods.slow!(newCall()) as Promise<unknown>).rejects.toMatchObject({ code: 'OVERLOADED' })
    for (const one of calls) one.cancel()
    gates[0]!.resolve()
    await Promise.all([first, ...waiting])
  })
})
