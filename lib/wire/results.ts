/** `parameters.__results__`: what methods returned as objects, by the process that did (Jina facts §1.5, §3.4). */
import { decodeStruct, encodeStruct } from '../protobuf/struct.ts'

export const RESULTS = '__results__'

type Results = Readonly<Record<string, unknown>>
const NONE: Results = {}

/** Whatever else stands under the name is no results. */
function resultsIn(parameters: Readonly<Record<string, unknown>>): Results {
  const found = parameters[RESULTS]
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Results) : NONE
}

/** The parameters (Struct bytes) with one more result beside those of earlier nodes. */
export function withResult(parameters: Uint8Array, pod: string, result: unknown): Uint8Array {
  const all = parameters.length === 0 ? {} : decodeStruct(parameters)
  return encodeStruct({ ...all, [RESULTS]: { ...resultsIn(all), [pod]: result } })
}

/**
 * The parameters of a request with the results that several answers to it carry; nothing else of theirs is taken, so that
 * no executor changes parameters for another. The very bytes of the request where there are no results.
 */
export function mergeResults(parameters: Uint8Array, answers: readonly Uint8Array[]): Uint8Array {
  const changed = answers.filter((answer) => answer.length > 0 && !isSame(answer, parameters))
  if (changed.length === 0) return parameters
  const results: Record<string, unknown> = Object.assign(
    {},
    ...changed.map((answer) => resultsIn(decodeStruct(answer))),
  )
  if (Object.keys(results).length === 0) return parameters
  const all = parameters.length === 0 ? {} : decodeStruct(parameters)
  return encodeStruct({ ...all, [RESULTS]: { ...resultsIn(all), ...results } })
}

/** A node in a process of ours hands on the bytes themselves; one elsewhere a copy of them. */
function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left === right || (left.length === right.length && Buffer.compare(left, right) === 0)
}
