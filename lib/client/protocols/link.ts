/** Into the Flow from a worker of it: requests go over the worker's link, past every port. */

import { DocumentArray } from '../../document/document-array.ts'
import { newId } from '../../document/id.ts'
import { asXserveError, XserveError } from '../../errors.ts'
import { type Link, LinkFailure, type OutgoingCall } from '../../link/link.ts'
import { DRY_RUN_ENDPOINT } from '../../wire/dry-run.ts'
import { decodeFlowFailure, encodeFlowCall, FLOW_CALL } from '../../wire/flow-call.ts'
import { timerMs } from '../../within.ts'
import type { CallOptions, Connection, FrameOptions, Transport, TransportListener } from './connection.ts'
import { createDialect } from './dialect.ts'
import { envelopeEncoder, envelopeReply, singleRequest } from './envelope.ts'

/** What messages call it. */
const ADDRESS = 'the Flow'

export function createLinkConnection(link: Link): Connection {
  const askInfo = async (): Promise<Readonly<Record<string, string>>> => {
    const bytes = await answerOf(link.call(encodeFlowCall(FLOW_CALL.info)))
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, string>
  }
  const dialect = createDialect(async () => (await askInfo()).docarray)
  return {
    address: ADDRESS,
    encoder: async (head, asking) => envelopeEncoder(head, await dialect(asking)),
    open: (listener, call) => openCalls(link, listener, call),
    async *frames(head, document, options) {
      const request = singleRequest(head, document, await dialect(options))
      for await (const bytes of framesOf(link, request, options)) yield envelopeReply(bytes)
    },
    askHealth: async () => {},
    async askDryRun() {
      const encode = envelopeEncoder(
        { endpoint: DRY_RUN_ENDPOINT, parameters: undefined, targetExecutor: undefined },
        'v1',
      )
      const reply = envelopeReply(
        await answerOf(link.call(encodeFlowCall(FLOW_CALL.unary, encode(newId(), new DocumentArray([]))))),
      )
      if (reply.isError) throw new XserveError('ANSWER_FAILED', reply.status.description)
    },
    askInfo,
    // It is the worker's own: it ends with the worker.
    close() {},
  }
}

function openCalls(link: Link, listener: TransportListener, options: CallOptions): Transport {
  const open = new Set<OutgoingCall>()
  let finished = false
  let ended = false
  const end = (error: XserveError | null): void => {
    if (ended) return
    ended = true
    options.signal?.removeEventListener('abort', abort)
    for (const call of open) call.cancel()
    open.clear()
    listener.end(error)
  }
  const abort = (): void => end(new XserveError('CANCELLED', 'the call was cancelled', { where: ADDRESS }))
  options.signal?.addEventListener('abort', abort)
  if (options.signal?.aborted) queueMicrotask(abort)

  return {
    send(request, requestId) {
      if (ended) return null
      const call = link.call(encodeFlowCall(FLOW_CALL.unary, request))
      open.add(call)
      const { deadlineMs } = options
      const timer = deadlineMs ? setTimeout(() => end(tooLate(deadlineMs)), timerMs(deadlineMs)) : undefined
      answerOf(call)
        .then(
          (bytes) => {
            open.delete(call)
            if (!ended) listener.message(() => envelopeReply(bytes), requestId)
            if (finished && open.size === 0) end(null)
          },
          (error: unknown) => {
            open.delete(call)
            end(asXserveError(error))
          },
        )
        .finally(() => clearTimeout(timer))
      return null
    },
    finish() {
      finished = true
      if (open.size === 0) end(null)
    },
    cancel: abort,
  }
}

async function* framesOf(link: Link, request: Uint8Array, options: FrameOptions): AsyncGenerator<Uint8Array> {
  const items = link.stream(encodeFlowCall(FLOW_CALL.stream, request))
  const { signal, deadlineMs } = options
  let reason: XserveError | null = null
  const stop = (why: XserveError) => (): void => {
    reason ??= why
    void items.return?.()
  }
  const abort = stop(new XserveError('CANCELLED', 'the call was cancelled', { where: ADDRESS }))
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  const timer = deadlineMs ? setTimeout(stop(tooLate(deadlineMs)), timerMs(deadlineMs)) : undefined
  try {
    for await (const bytes of items) yield bytes
    if (reason !== null) throw reason
  } catch (error) {
    throw reason ?? explained(error)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

const tooLate = (ms: number): XserveError =>
  new XserveError('DEADLINE', `${ADDRESS} did not answer within ${ms} ms`, { where: ADDRESS })

const answerOf = (call: OutgoingCall): Promise<Uint8Array> =>
  call.answer.catch((error: unknown) => {
    throw explained(error)
  })

const explained = (error: unknown): unknown => (error instanceof LinkFailure ? decodeFlowFailure(error.payload) : error)
