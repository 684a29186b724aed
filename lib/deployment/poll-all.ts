/** One request to every shard, and one answer of theirs (Jina facts §5.6). */
import { appendData, joinData } from '../topology/documents.ts'
import type { CallContext, CallHandler } from '../wire/call.ts'
import type { Envelope } from '../wire/envelope.ts'
import { mergeResults } from '../wire/results.ts'
import { encodeRemark } from '../wire/status.ts'

/**
 * What becomes of the shards' documents: joined by id; one shard's behind the other's; or left apart, each in an envelope
 * of its own among the answer's siblings, for an executor that gets them as docsMatrix.
 */
export type Merging = Together | 'apart'
export type Together = 'join' | 'append'

export interface PollOptions {
  /** Of the deployment. */
  readonly name: string
  readonly merging: Merging
  /** Told of shards that fail beside others that do not. */
  readonly warn: (text: string) => void
}

/** Fails only when every shard does. Where some do, the status of the answer, a success, says how many. */
export async function pollAll(
  shards: readonly CallHandler[],
  request: Envelope,
  context: CallContext,
  options: PollOptions,
): Promise<Envelope> {
  const settled = await Promise.allSettled(shards.map((shard) => shard.call(request, context)))
  const answers = settled.flatMap((one, shard) => (one.status === 'fulfilled' ? [{ shard, answer: one.value }] : []))
  const good = answers.filter(({ answer }) => !answer.isError)
  if (good.length === 0) {
    if (answers[0]) return answers[0].answer
    throw (settled[0] as PromiseRejectedResult).reason
  }
  let remark: Uint8Array | null = null
  if (good.length < shards.length) {
    const told = `${shards.length - good.length} shards out of ${shards.length} failed`
    options.warn(told)
    remark = encodeRemark(told)
  }
  const { name, merging } = options
  return merging === 'apart' ? apart(request, good, name, remark) : together(request, good, { name, merging }, remark)
}

interface ShardAnswer {
  readonly shard: number
  readonly answer: Envelope
}

/** DataContentProto bytes of the shards as one. */
export function mergedData(branches: readonly Uint8Array[], merging: Together): Uint8Array {
  return merging === 'join' || branches.length === 1 ? joinData(branches) : appendData(branches)
}

function together(
  request: Envelope,
  good: readonly ShardAnswer[],
  { name, merging }: { readonly name: string; readonly merging: Together },
  status: Uint8Array | null,
): Envelope {
  const branches = good.map(({ answer }) => answer.data)
  return request.answer({
    role: 'executor',
    data: mergedData(branches, merging),
    parameters: resultsOf(request, good),
    status,
    routes: [{ executor: name, startMs: 0, endMs: 0, status: null }],
  })
}

function apart(request: Envelope, good: readonly ShardAnswer[], name: string, status: Uint8Array | null): Envelope {
  const parameters = resultsOf(request, good)
  const [first, ...others] = good.map(({ shard, answer }) =>
    request.answer({
      role: 'executor',
      data: answer.data,
      parameters,
      status,
      routes: [{ executor: `${name}/shard-${shard}`, startMs: 0, endMs: 0, status: null }],
    }),
  )
  first!.siblings = others
  return first!
}

const resultsOf = (request: Envelope, good: readonly ShardAnswer[]): Uint8Array =>
  mergeResults(
    request.parameters,
    good.map(({ answer }) => answer.ownParameters ?? request.parameters),
  )
