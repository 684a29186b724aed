/** What `xserve post` does: inputs to a server, answers as lines while they come, an error as soon as there is one. */
import { Document } from '../document/document.ts'
import { AnswerFailed } from './answer-failed.ts'
import { batches, type Inputs } from './batches.ts'
import { Client, type ClientOptions, type PostOptions } from './client.ts'
import { openInputFiles } from './input-files.ts'
import { createPrinter, type Output } from './print.ts'
import { createProgress } from './progress.ts'
import type { PostResponse } from './response.ts'
import { createShower, type Show } from './show.ts'

export interface SendOptions {
  readonly server: ClientOptions
  readonly on: string
  readonly texts: readonly string[]
  /** Files and patterns, `-` for stdin; none: the texts, or one empty document when there are none of them either. */
  readonly inputs: readonly string[]
  readonly post: PostOptions
  /** Each document goes to a streaming endpoint by itself; what comes back is printed one by one. */
  readonly streaming: boolean
  readonly show: Show
  readonly output: Output
  /** Told of each answer that is an error when `post.continueOnError` is set. */
  readonly onError: (error: AnswerFailed) => void
  /** Where progress is shown; null: nowhere. */
  readonly progress: ((text: string) => void) | null
}

/** Whether all answers were good. Throws XserveError, AnswerFailed for the first answer that is an error unless it shall go on. */
export async function send(options: SendOptions): Promise<boolean> {
  const file = options.inputs.length === 0 ? null : openInputFiles(options.inputs)
  const inputs: Inputs = file?.documents ?? options.texts.map((text) => new Document({ text }))
  const client = new Client(options.server)
  const printer = createPrinter(options.output)
  const share = () => (file?.size ? file.bytesRead() / file.size : null)
  const progress = options.progress && file ? createProgress({ share, write: options.progress }) : null
  const shower = createShower(options.show)
  let good = true
  try {
    const empty = file === null && options.texts.length === 0
    const posted = empty ? new Document() : inputs
    const responses = options.streaming
      ? streamResponses(client, options.on, posted, options.post)
      : client.stream(options.on, posted, options.post)
    for await (const response of responses) {
      if (response.isError) {
        const error = new AnswerFailed(response)
        if (!options.post.continueOnError) throw error
        good = false
        options.onError(error)
      }
      if (!response.isError) progress?.add(response.docs.length)
      const lines = shower.answer(response)
      if (lines !== '' && !(await printer.print(lines))) return true
    }
    progress?.stop()
    const last = shower.end()
    if (last !== '') await printer.print(last)
    return good
  } finally {
    progress?.stop()
    await printer.flush()
    client.close()
  }
}

/** A stream for each of the inputs, one after the other. */
async function* streamResponses(
  client: Client,
  on: string,
  inputs: Inputs,
  options: PostOptions,
): AsyncGenerator<PostResponse, void, undefined> {
  let first = 0
  for await (const batch of batches(inputs, 1)) yield* client.streamFrames(on, batch?.at(0), options, first++)
}
