/** One request to every shard, and one answer of theirs: documents joined by id, results put together (Jina facts §5.6). */
import { decodeData, encodeData } from '../document/data-content.ts'
import { reduceDocuments } from '../document/reduce.ts'
import type { CallContext, CallHandler } from '../wire/call.ts'
import type { Envelope } from '../wire/envelope.ts'
import { mergeResults } from '../wire/results.ts'

/** Fails only when every shard does; `warn` is told of the others. */
export async function pollAll(
  shards: readonly CallHandler[],
  request: Envelope,
  context: CallContext,
  name: string,
  warn: (text: string) => void,
): Promise<Envelope> {
  const settled = await Promise.allSettled(shards.map((shard) => shard.call(request, context)))
  const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const good = answers.filter((answer) => !answer.isError)
  if (good.length === 0) {
    if (answers[0]) return answers[0]
    throw (settled[0] as PromiseRejectedResult).reason
  }
  if (good.length < shards.length) warn(`${shards.length - good.length} shards out of ${shards.length} failed`)
  const data = good.every((answer) => answer.data === request.data)
    ? null
    : encodeData(reduceDocuments(good.map((answer) => decodeData(answer.data))))
  return request.answer({
    role: 'executor',
    data,
    parameters: mergeResults(
      request.parameters,
      good.map((answer) => answer.parameters),
    ),
    status: null,
    routes: [{ executor: name, startMs: 0, endMs: 0, status: null }],
  })
}
