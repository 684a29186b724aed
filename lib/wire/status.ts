/** StatusProto both ways: the only place where an executor's error becomes bytes and comes back (Jina facts §1.6). */
import type { XserveError } from '../errors.ts'
import { readFields } from './fields.ts'
import { withTag } from './write.ts'

export interface ExceptionStatus {
  /** Class of the error, `RangeError`. */
  readonly name: string
  /** Its arguments as text; ours have one, the message. */
  readonly args: readonly string[]
  /** Lines of the stack trace, each ending with a line break. */
  readonly stacks: readonly string[]
  /** Class of the executor. */
  readonly executor: string
}

export interface Status {
  /** 0 SUCCESS, 1 ERROR. */
  readonly code: number
  /** One line: `RangeError('boom')`. */
  readonly description: string
  readonly exception: ExceptionStatus | null
}

const text = (tag: number, value: string): Uint8Array => withTag(tag, Buffer.from(value))

/** StatusProto with code ERROR; an empty description is left out as protobuf does. */
export function encodeStatus(error: ExceptionStatus & Pick<Status, 'description'>): Uint8Array {
  const exception = [
    text(0x0a, error.name),
    ...error.args.map((value) => text(0x12, value)),
    ...error.stacks.map((value) => text(0x1a, value)),
    ...(error.executor === '' ? [] : [text(0x22, error.executor)]),
  ]
  const code = Uint8Array.of(0x08, 1)
  const description = error.description === '' ? [] : [text(0x12, error.description)]
  return Buffer.concat([code, ...description, withTag(0x1a, Buffer.concat(exception))])
}

/** What the status of an answer is, for an error that no executor raised. */
export function failureOf({ code, message, details: { hint, where = '' } }: XserveError): Status {
  const description = hint === undefined ? message : `${message} (${hint})`
  return { code: 1, description, exception: { name: code, args: [message], stacks: [], executor: where } }
}

export function encodeFailure(error: XserveError): Uint8Array {
  const { description, exception } = failureOf(error)
  return encodeStatus({ ...exception!, description })
}

/** StatusProto of a success that has something to say about itself: the code is that of SUCCESS, which protobuf never writes. */
export const encodeRemark = (remark: string): Uint8Array => text(0x12, remark)

/** Empty bytes are a success. Throws XserveError BAD_REQUEST for malformed bytes. */
export function decodeStatus(bytes: Uint8Array): Status {
  let code = 0
  let description = ''
  let exception: ExceptionStatus | null = null
  for (const field of readFields(bytes, 'the status')) {
    if (field.number === 1) code = field.value
    else if (field.number === 2) description = Buffer.from(field.bytes).toString()
    else if (field.number === 3) exception = decodeException(field.bytes)
  }
  return { code, description, exception }
}

function decodeException(bytes: Uint8Array): ExceptionStatus {
  let name = ''
  let executor = ''
  const args: string[] = []
  const stacks: string[] = []
  for (const field of readFields(bytes, 'the exception of the status')) {
    const value = Buffer.from(field.bytes).toString()
    if (field.number === 1) name = value
    else if (field.number === 2) args.push(value)
    else if (field.number === 3) stacks.push(value)
    else if (field.number === 4) executor = value
  }
  return { name, args, stacks, executor }
}
