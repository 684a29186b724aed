import { expect, test } from 'bun:test'
import { withTimeLimit } from '../../lib/deployment/time-limit.ts'
import { XserveError } from '../../lib/errors.ts'
import { type CallContext, type CallHandler, detachedContext } from '../../lib/wire/call.ts'
import { requestOf } from '../topology/trace.ts'

const request = requestOf({ docs: [] })
const gone = () => new XserveError('CANCELLED', 'gone')

/** Answers never, until it is told to stop; then as a channel does. */
function silent() {
  const contexts: CallContext[] = []
  const handler: CallHandler = {
    call: (_, context) =>
      new Promise((_resolve, reject) => {
        contexts.push(context)
        context.onCancel(() => reject(gone()))
      }),
    async *stream(asked, context) {
      contexts.push(context)
      yield asked
      await new Promise<void>((_resolve, reject) => context.signal.addEventListener('abort', () => reject(gone())))
    },
  }
  return { handler, contexts }
}

test('no limit is the handler itself', () => {
  const { handler } = silent()
  expect(withTimeLimit(handler, 'a', null)).toBe(handler)
  expect(withTimeLimit(handler, 'a', -1)).toBe(handler)
})

test('a call beyond the limit is cancelled and fails with DEADLINE, whatever the channel says', async () => {
  const { handler, contexts } = silent()
  const before = Date.now()
  const error = await withTimeLimit(handler, 'a', 20)
    .call(request, detachedContext())
    .catch((reason) => reason)
  expect(error).toMatchObject({ code: 'DEADLINE', details: { where: 'a' } })
  expect(contexts[0]!.cancelled).toBe(true)
  expect(contexts[0]!.deadline).toBeGreaterThanOrEqual(before + 20)
})

test('the caller’s leaving cancels it before, and is no DEADLINE; an earlier deadline of the caller stays', async () => {
  const { handler, contexts } = silent()
  const leaving: (() => void)[] = []
  const outer = { ...detachedContext(5), onCancel: (listener: () => void) => void leaving.push(listener) }
  const call = withTimeLimit(handler, 'a', 60_000).call(request, outer)
  for (const leave of leaving) leave()
  expect(call).rejects.toMatchObject({ code: 'CANCELLED' })
  await call.catch(() => {})
  expect(contexts[0]!.deadline).toBe(5)
})

test('of a stream the first message must come in time; then it may take as long as it likes', async () => {
  const { handler, contexts } = silent()
  const items = withTimeLimit(handler, 'a', 10).stream(request, detachedContext())[Symbol.asyncIterator]()
  expect((await items.next()).value).toBe(request)
  // The other end is not told of the limit: its signal would end what goes on.
  expect(contexts[0]!.deadline).toBe(0)
  const later = items.next()
  await Bun.sleep(20)
  expect(contexts[0]!.cancelled).toBe(false)
  void later.catch(() => {})
  const never: CallHandler = {
    ...handler,
    async *stream(_, context) {
      await new Promise<void>((resolve) => context.onCancel(resolve))
    },
  }
  const late = withTimeLimit(never, 'a', 10).stream(request, detachedContext())[Symbol.asyncIterator]()
  expect(await late.next().catch((reason) => reason)).toMatchObject({ code: 'DEADLINE' })
})
