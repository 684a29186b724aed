/** An executor's error on the caller's side. Light: user code imports it for `instanceof` without the rest of the client. */
import { XserveError } from '../errors.ts'
import type { ExceptionStatus } from '../wire/status.ts'
import type { PostResponse } from './response.ts'

const NO_EXCEPTION: ExceptionStatus = { name: '', args: [], stacks: [], executor: '' }

/** An executor's error on the caller's side: code ANSWER_FAILED, with what the executor told of it. */
export class AnswerFailed extends XserveError {
  /** Name, arguments, stack and executor of the error; all empty when the answer says nothing but that it failed. */
  readonly exception: ExceptionStatus

  constructor(readonly response: PostResponse) {
    const { description, exception } = response.header.status
    const known = exception ?? NO_EXCEPTION
    const position = positionIn(known.stacks)
    super('ANSWER_FAILED', `${messageOf(description, known)}${documentsOf(response)}`, {
      where: position,
      ...(known.stacks.length === 0 ? {} : { cause: known.stacks.join('').trimEnd() }),
    })
    this.exception = known
  }
}

function messageOf(description: string, { name, args, executor }: ExceptionStatus): string {
  const what =
    name === ''
      ? description || 'an error without a description'
      : args.length === 0
        ? name
        : `${name}: ${args.join(', ')}`
  return executor === '' ? `the answer is an error: ${what}` : `${executor} failed: ${what}`
}

/** Counted from 1, as people do. */
function documentsOf({ request: { first, count } }: PostResponse): string {
  if (count === 0) return ''
  return count === 1 ? ` (document ${first + 1})` : ` (documents ${first + 1} to ${first + count})`
}

/** Where it was thrown: the first frame of a JavaScript stack, the last one of a Python traceback. */
function positionIn(stacks: readonly string[]): string | undefined {
  const text = stacks.join('\n')
  const script = /^\s*at (?:.*?\()?((?:file:\/\/)?[^()\n]+:\d+:\d+)\)?\s*$/m.exec(text)
  if (script) return script[1]
  const python = [...text.matchAll(/File "([^"\n]+)", line (\d+)/g)].at(-1)
  return python && `${python[1]}:${python[2]}`
}
