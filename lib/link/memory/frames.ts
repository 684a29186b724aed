/** Payloads of the frames that tell of memory beside the socket. */
import { XserveError } from '../../errors.ts'

/** A descriptor of a process: nothing else is opened for the other end. */
const PATH = /^\/proc\/\d+\/fd\/\d+$/

export function encodeNumbers(...values: readonly number[]): Buffer {
  const payload = Buffer.allocUnsafe(4 * values.length)
  for (let i = 0; i < values.length; i++) payload.writeUInt32LE(values[i]!, 4 * i)
  return payload
}

/** Raises XserveError INTERNAL for any other number of them. */
export function decodeNumbers(payload: Uint8Array, count: number): number[] {
  if (payload.length !== 4 * count) throw wrong(`${payload.length} bytes for ${count} numbers`)
  const bytes = asBuffer(payload)
  return Array.from({ length: count }, (_, i) => bytes.readUInt32LE(4 * i))
}

/** Some numbers, and where the memory is. */
export function encodePlace(path: string, ...values: readonly number[]): Buffer {
  return Buffer.concat([encodeNumbers(...values), Buffer.from(path)])
}

/** Raises XserveError INTERNAL for what is no place that an end of a link would name. */
export function decodePlace(payload: Uint8Array, count: number): { readonly path: string; readonly values: number[] } {
  const values = decodeNumbers(payload.subarray(0, 4 * count), count)
  const path = asBuffer(payload).toString('utf8', 4 * count)
  if (!PATH.test(path)) throw wrong(`memory at ${JSON.stringify(path)}`)
  return { path, values }
}

export function wrong(what: string): XserveError {
  return new XserveError(
    'INTERNAL',
    `The link between the server and a worker told of memory as it should not: ${what}.`,
    {
      hint: 'Something else wrote to the descriptor of the link; the worker is started again.',
    },
  )
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
