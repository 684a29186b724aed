/** An answer that comes in pieces: each is asked for only when those before it have left. */
import type { Outbox } from './outbox.ts'
import { writePiece, writeStreamEnd } from './response-writer.ts'

/** Pieces that are ready at once may not keep everything else waiting for longer than these take. */
const IN_A_ROW = 128
/** As much may wait for the socket while the next piece is made. */
const AHEAD = 64 * 1024

export interface StreamAnswer {
  /** The socket took everything that waited. */
  drained(): void
  /** Ends the iterable; nothing more is sent. */
  stop(): void
}

/** `done` is called once, without an error when the last piece has been written, unless `stop` came before. */
export function streamAnswer(
  out: Outbox,
  pieces: AsyncIterable<Uint8Array | string>,
  version: '1.0' | '1.1',
  done: (error?: unknown) => void,
): StreamAnswer {
  const iterator = pieces[Symbol.asyncIterator]()
  let stopped = false
  let resume: (() => void) | null = null

  const run = async (): Promise<void> => {
    for (let count = 1; ; count++) {
      if (count % IN_A_ROW === 0) await new Promise((resolve) => setImmediate(resolve))
      const next = await iterator.next()
      if (stopped) return
      if (next.done === true) break
      writePiece(out, next.value, version)
      if (out.queued > AHEAD) {
        await new Promise<void>((resolve) => {
          resume = resolve
        })
        if (stopped) return
      }
    }
    writeStreamEnd(out, version)
  }
  run().then(
    () => stopped || done(),
    (error: unknown) => stopped || done(error),
  )
  return {
    drained() {
      resume?.()
      resume = null
    },
    stop() {
      if (stopped) return
      stopped = true
      this.drained()
      // A generator that is at work ends at its next `yield`; what it throws then, nobody waits for.
      void endIterator(iterator)
    },
  }
}

/** For an answer whose pieces nobody reads. */
export function dropPieces(pieces: AsyncIterable<Uint8Array | string>): void {
  void endIterator(pieces[Symbol.asyncIterator]())
}

async function endIterator(iterator: AsyncIterator<Uint8Array | string>): Promise<void> {
  try {
    await iterator.return?.()
  } catch {
    // It has been told to end; how it takes that is its own affair.
  }
}
