/** StatusProto both ways: the only place where an executor's error becomes bytes and comes back (Jina facts §1.6). */
import { readFields } from './fields.ts'
import { varintLength, writeBytesField, writeVarint } from './write.ts'

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

function text(tag: number, value: string): Uint8Array {
  const content = Buffer.from(value)
  const out = new Uint8Array(1 + varintLength(content.length) + content.length)
  writeBytesField(out, 0, tag, content)
  return out
}

function wrapped(tag: number, content: Uint8Array): Uint8Array {
  const out = new Uint8Array(1 + varintLength(content.length) + content.length)
  writeBytesField(out, 0, tag, content)
  return out
}

/** StatusProto with code ERROR; an empty description is left out as protobuf does. */
export function encodeStatus(error: {
  readonly name: string
  readonly args: readonly string[]
  readonly stacks: readonly string[]
  readonly executor: string
  readonly description: string
}): Uint8Array {
  const exception = [
    text(0x0a, error.name),
    ...error.args.map((value) => text(0x12, value)),
    ...error.stacks.map((value) => text(0x1a, value)),
    ...(error.executor === '' ? [] : [text(0x22, error.executor)]),
  ]
  const code = new Uint8Array(2)
  code[0] = 0x08
  writeVarint(code, 1, 1)
  const description = error.description === '' ? [] : [text(0x12, error.description)]
  return Buffer.concat([code, ...description, wrapped(0x1a, Buffer.concat(exception))])
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
