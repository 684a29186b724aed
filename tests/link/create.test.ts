/** A link between two real processes. */
import { afterEach, expect, test } from 'bun:test'
import { closeSync, openSync } from 'node:fs'
import { XserveError } from '../../lib/errors.ts'
import { createLink } from '../../lib/link/create.ts'
import { LinkFailure } from '../../lib/link/link.ts'
import { createEchoes, order, text } from './fixtures/connect.ts'

const HUNDRED_MB = 100_000_000

const { echo, end } = createEchoes()
afterEach(end)

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )

test('a call is answered, and no call stays behind', async () => {
  const { link } = await echo()
  const { answer } = link.call([order('e'), order('hel'), order('lo')])
  expect(link.pending).toBe(1)
  expect(text(await answer)).toBe('hello')
  expect(link.pending).toBe(0)
  expect(link.queuedBytes).toBe(0)
})

test('a failed call rejects with what the other end said', async () => {
  const { link } = await echo()
  const error = await failure(link.call([order('f', 'because')]).answer)
  expect(error).toBeInstanceOf(LinkFailure)
  expect(text((error as LinkFailure).payload)).toBe('because')
})

test('either end opens calls', async () => {
  const { link } = await echo({ call: (payload, incoming) => incoming.end([order('<'), payload, order('>')]) })
  expect(text(await link.call([order('c', 'there')]).answer)).toBe('<there>')
})

test('10 000 calls at once, each with its own answer', async () => {
  const { link } = await echo()
  const answers = await Promise.all(
    Array.from({ length: 10_000 }, (_, n) => link.call([order('e', `call ${n}`)]).answer),
  )
  expect(answers.every((answer, n) => text(answer) === `call ${n}`)).toBe(true)
  expect(link.pending).toBe(0)
})

test('100 MB there and back, unharmed', async () => {
  const { link } = await echo()
  const payload = Buffer.allocUnsafe(HUNDRED_MB)
  for (let i = 0; i + 4 <= payload.length; i += 4093) payload.writeUInt32LE(i, i)
  payload[0] = 'e'.charCodeAt(0)
  const answer = await link.call([payload]).answer
  expect(answer.length).toBe(HUNDRED_MB - 1)
  expect(Bun.hash(answer)).toBe(Bun.hash(payload.subarray(1)))
})

test('a small call beside two of 100 MB does not wait for them', async () => {
  const { link } = await echo()
  const payload = Buffer.alloc(HUNDRED_MB, 's')
  let large = 2
  const answers = [1, 2].map(() => link.call([payload]).answer.finally(() => large--))
  const times: number[] = []
  while (large === 2) {
    const begin = performance.now()
    await link.call([order('e', 'small')]).answer
    times.push(performance.now() - begin)
  }
  expect((await Promise.all(answers)).map(text)).toEqual([`${HUNDRED_MB - 1}`, `${HUNDRED_MB - 1}`])
  times.sort((a, b) => a - b)
  // Usually 0.6 ms; one message of 100 MB alone takes 100 ms.
  expect(times.length).toBeGreaterThan(5)
  expect(times[times.length >> 1]!).toBeLessThan(20)
})

test('control messages overtake large calls', async () => {
  const { link, control } = await echo()
  let answered = false
  const answer = link.call([Buffer.alloc(HUNDRED_MB, 's')]).answer.then(() => {
    answered = true
  })
  link.control({ kind: 'log', level: 'info', text: 'quick' })
  expect(await control()).toEqual({ kind: 'log', level: 'info', text: 'echo quick' })
  expect(answered).toBe(false)
  await answer
})

test('a control message may be large', async () => {
  const { link, control } = await echo()
  const words = 'long '.repeat(100_000)
  link.control({ kind: 'log', level: 'info', text: words })
  expect(await control()).toEqual({ kind: 'log', level: 'info', text: `echo ${words}` })
})

test('cancel reaches the other end once and rejects here at once', async () => {
  const { link, control } = await echo()
  const call = link.call([order('n', 'seven')])
  call.cancel()
  call.cancel()
  const error = await failure(call.answer)
  expect(error).toMatchObject({ name: 'XserveError', code: 'CANCELLED' })
  expect(link.pending).toBe(0)
  expect(await control()).toEqual({ kind: 'log', level: 'info', text: 'cancelled seven' })
  link.control({ kind: 'log', level: 'info', text: 'after' })
  expect(await control()).toMatchObject({ text: 'echo after' })
})

test('cancel after the answer has no effect', async () => {
  const { link } = await echo()
  const call = link.call([order('e', 'x')])
  await call.answer
  call.cancel()
  expect(text(await call.answer)).toBe('x')
  expect(link.queuedBytes).toBe(0)
})

test('answers to given up calls are dropped, large ones too, while being sent or received', async () => {
  const { link } = await echo()
  const given = Array.from({ length: 20 }, (_, n) =>
    link.call([order(n % 2 ? 'b20000000' : 'e', n % 2 ? '' : 'quick')]),
  )
  const sending = link.call([Buffer.alloc(HUNDRED_MB, 's')])
  expect(text(await link.call([order('e', 'one')]).answer)).toBe('one')
  for (const call of [...given, sending]) call.cancel()
  expect(link.queuedBytes).toBeLessThan(1_000_000)
  expect(text(await link.call([order('e', 'two')]).answer)).toBe('two')
  expect(link.pending).toBe(0)
})

test('calls beyond the cap are refused, and accepted again later', async () => {
  const { link } = await echo({}, { maxQueuedBytes: 1_000_000 })
  const payload = Buffer.alloc(900_000, 's')
  const taken = link.call([payload]).answer
  const error = await failure(link.call([payload]).answer)
  expect(error).toMatchObject({ code: 'OVERLOADED', message: expect.stringContaining('wait to be sent') })
  const refused = link.stream([payload])
  expect(await failure(refused.next())).toMatchObject({ code: 'OVERLOADED' })
  expect(await refused.next()).toEqual({ done: true, value: undefined })
  expect(text(await taken)).toBe('899999')
  expect(text(await link.call([payload]).answer)).toBe('899999')
  expect(text(await link.call([Buffer.alloc(3_000_000, 's')]).answer)).toBe('2999999')
})

test('a message beyond 2 GiB is refused before it is sent', async () => {
  const { link } = await echo()
  const half = new Uint8Array(2 ** 30)
  expect(await failure(link.call([half, half]).answer)).toMatchObject({ code: 'TOO_LARGE' })
  expect(link.queuedBytes).toBe(0)
})

test('when the other end dies, open calls reject and closed is told once', async () => {
  const { link, child, closed, closings } = await echo()
  const calls = Array.from({ length: 100 }, () => failure(link.call([order('n')]).answer))
  const stream = link.stream([order('n')])
  const waiting = failure(stream.next())
  child.kill('SIGKILL')
  for (const error of await Promise.all([...calls, waiting])) expect(error).toMatchObject({ code: 'LINK_CLOSED' })
  expect(await closed).toBeNull()
  expect(link.pending).toBe(0)
  expect(await failure(link.call([order('e')]).answer)).toMatchObject({ code: 'LINK_CLOSED' })
  expect(closings()).toBe(1)
})

test('close sends what waits, and the other process ends by itself', async () => {
  const { link, child, closed } = await echo()
  const answer = failure(link.call([Buffer.alloc(1_000_000, 's')]).answer)
  link.close()
  expect(await failure(link.call([order('e')]).answer)).toMatchObject({ code: 'LINK_CLOSED' })
  expect(await closed).toBeNull()
  expect(await answer).toMatchObject({ code: 'LINK_CLOSED' })
  expect(link.queuedBytes).toBe(0)
  expect(await child.exited).toBe(0)
})

test('a close reaches the incoming calls', async () => {
  const told = Promise.withResolvers<boolean>()
  const { link, child } = await echo({
    call(_, incoming) {
      incoming.onCancel = () => told.resolve(incoming.cancelled)
      child.kill('SIGKILL')
    },
  })
  const answer = failure(link.call([order('c')]).answer)
  expect(await told.promise).toBe(true)
  expect(await answer).toMatchObject({ code: 'LINK_CLOSED' })
})

test('bytes that are no frame close the link with the reason', async () => {
  const child = Bun.spawn(['sh', '-c', 'printf "this is not a frame" >&3; read line <&3'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const closed = Promise.withResolvers<Error | null>()
  const link = await createLink(child.stdio[3] as unknown as number, { side: 'parent' }, { closed: closed.resolve })
  const answer = failure(link.call([order('e')]).answer)
  expect(await closed.promise).toMatchObject({
    code: 'INTERNAL',
    message: expect.stringContaining('unknown kind of frame'),
  })
  expect(await answer).toMatchObject({ code: 'LINK_CLOSED' })
  await child.exited
})

test('a call that the other end may not open closes the link', async () => {
  // Call 2 is the parent's own: a worker opens odd ones.
  const child = Bun.spawn(['sh', '-c', String.raw`printf "\0\0\0\0\2\0\0\0\1\0\0\0" >&3; read line <&3`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const closed = Promise.withResolvers<Error | null>()
  await createLink(child.stdio[3] as unknown as number, { side: 'parent' }, { closed: closed.resolve })
  expect(await closed.promise).toMatchObject({ message: expect.stringContaining('call 2') })
  await child.exited
})

test('a handler that throws closes the link with its error', async () => {
  const problem = new Error('the handler is broken')
  const { link, closed } = await echo({
    call() {
      throw problem
    },
  })
  expect(await failure(link.call([order('c', 'x')]).answer)).toMatchObject({ code: 'LINK_CLOSED', cause: problem })
  expect(await closed).toBe(problem)
})

test('a descriptor that is no socket is refused', async () => {
  const fd = openSync(import.meta.path, 'r')
  const error = await failure(createLink(fd, { side: 'parent' }, {}))
  expect(error).toBeInstanceOf(XserveError)
  expect(error).toMatchObject({ code: 'LINK_CLOSED' })
  try {
    closeSync(fd)
  } catch {
    // Taken over and closed already.
  }
})
