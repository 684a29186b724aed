/** Requests out, answers in, side by side, with a bound on what is between: the heart of the client. */
import { XserveError } from '../errors.ts'
import type { Reply, Transport, TransportListener } from './protocols/connection.ts'

export interface Request {
  readonly id: string
  /** Place of its first document among all inputs, from 0. */
  readonly first: number
  /** How many documents it has. */
  readonly count: number
  readonly bytes: Uint8Array
}

export interface Answer {
  readonly request: Request
  readonly reply: Reply
}

export interface ExchangeOptions {
  /** Requests that are sent and whose answer has not been taken yet, at most. */
  readonly prefetch: number
  readonly inOrder: boolean
  open(listener: TransportListener): Transport
}

/** Bound on the bytes of requests under way, whatever their number: memory counts, not requests. Each is held several times over. */
const MOST_BYTES = 16 * 1024 * 1024
/** So many go side by side however large they are: one travels while the other is worked on. */
const ALWAYS = 2

interface Failure {
  readonly error: unknown
}

interface Sent {
  readonly request: Request
  answer: Answer | null
}

/** Leaving the iteration cancels what is under way. Throws XserveError when the connection or the source fails. */
export async function* exchange(
  requests: AsyncIterator<Request, void, undefined>,
  { prefetch, inOrder, open }: ExchangeOptions,
): AsyncGenerator<Answer, void, undefined> {
  /** In the order of sending: a Map keeps it. */
  const underWay = new Map<string, Sent>()
  const arrived: Answer[] = []
  const reader = createGate()
  const writer = createGate()
  let bytesUnderWay = 0
  let waiting = 0
  let allSent = false
  let over = false
  /** Why it ends, if not well; what a source throws is the caller's own and passed on as it is. */
  const end: { failure: Failure | null; broken: Failure | null } = { failure: null, broken: null }
  const stop = () => {
    over = true
    reader.open()
    writer.open()
  }
  const fail = (error: unknown) => {
    end.failure ??= { error }
    stop()
  }

  const take = ({ request }: Answer) => {
    underWay.delete(request.id)
    bytesUnderWay -= request.bytes.length
    writer.open()
  }
  const nextAnswer = (): Answer | null | undefined => {
    const answer = inOrder ? underWay.values().next().value?.answer : arrived.shift()
    if (answer) take(answer)
    return answer
  }

  const transport = open({
    message(read, requestId) {
      try {
        const reply = read()
        const id = requestId ?? reply.requestId
        const sent = underWay.get(id)
        if (!sent || sent.answer) throw strayAnswer(id)
        sent.answer = { request: sent.request, reply }
        waiting--
        if (!inOrder) arrived.push(sent.answer)
        reader.open()
      } catch (error) {
        fail(error)
      }
    },
    end(error) {
      if (error) return fail(error)
      if (waiting > 0 || !allSent) return fail(missingAnswers(waiting))
      stop()
    },
  })

  const hasRoom = (size: number) =>
    underWay.size < prefetch && (underWay.size < ALWAYS || bytesUnderWay + size <= MOST_BYTES)
  const send = async () => {
    while (!over) {
      const next = await requests.next()
      if (next.done || over) break
      const { id, bytes } = next.value
      while (!hasRoom(bytes.length) && !over) await writer.passed()
      if (over) break
      underWay.set(id, { request: next.value, answer: null })
      bytesUnderWay += bytes.length
      waiting++
      const full = transport.send(bytes, id)
      if (full) await full
    }
    allSent = true
    if (!over) transport.finish()
  }
  send().catch((error) => {
    // What was sent before the inputs broke is answered all the same.
    end.broken = { error }
    allSent = true
    if (waiting === 0) stop()
    else if (!over) transport.finish()
  })

  try {
    for (;;) {
      const answer = nextAnswer()
      if (answer) yield answer
      else if (end.failure) throw end.failure.error
      else if (over && end.broken) throw end.broken.error
      else if (over) return
      else await reader.passed()
    }
  } finally {
    over = true
    writer.open()
    transport.cancel()
    // A source that waits for something cannot be stopped from outside: nobody waits for it.
    void requests.return?.().catch(() => {})
  }
}

const strayAnswer = (id: string) =>
  new XserveError('BAD_REQUEST', `an answer came to a request that was not sent: request_id ${JSON.stringify(id)}`)

const missingAnswers = (count: number) =>
  new XserveError(
    'UNAVAILABLE',
    count > 0
      ? `the server ended the stream, ${count} answers are missing`
      : 'the server ended the stream before all was sent',
  )

/** Somebody waits for a change that somebody else tells of; told before it is waited for, the wait is over at once. */
function createGate(): { open(): void; passed(): Promise<void> } {
  let isOpen = false
  let wake: (() => void) | null = null
  return {
    open() {
      if (wake) wake()
      else isOpen = true
      wake = null
    },
    passed() {
      if (isOpen) {
        isOpen = false
        return Promise.resolve()
      }
      return new Promise((resolve) => {
        wake = resolve
      })
    },
  }
}
