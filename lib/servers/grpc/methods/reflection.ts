/** grpc.reflection v1alpha and v1: the same messages, so one method serves both. */
import type { Schema } from '../../../wire/schema.ts'
import {
  encodeFileAnswer,
  encodeNoExtensions,
  encodeNotFound,
  encodeServiceList,
  type ReflectionQuestion,
  readReflectionRequest,
} from '../messages.ts'
import type { GrpcMethod } from '../method.ts'

/** What is told: the services by name; and every symbol of the schema, listed or not. */
export interface Described {
  readonly services: readonly string[]
  readonly schema: Schema
}

/** `describe` is asked with every question: what an executor serves is known only when it is ready. */
export function reflectionMethod(describe: () => Promise<Described>): GrpcMethod {
  return {
    kind: 'stream',
    open(sink) {
      // Answers go in the order of the questions: each waits for the one before it.
      let turn = Promise.resolve()
      const next = (step: () => void | Promise<void>): void => {
        turn = turn.then(step).catch((error: unknown) => sink.fail(error))
      }
      return {
        message(bytes) {
          const question = readReflectionRequest(bytes)
          next(async () => void sink.write(answer(question, await describe())))
        },
        end: () => next(() => sink.end()),
      }
    },
  }
}

/** A file answer holds the one file, as Jina's does; clients ask for its imports by name. */
function answer(question: ReflectionQuestion, { services, schema }: Described): Uint8Array {
  switch (question.kind) {
    case 'list':
      return encodeServiceList(services)
    case 'extension':
      return encodeNotFound()
    case 'extensionsOf':
      return schema.has(question.name) ? encodeNoExtensions(question.name) : encodeNotFound()
    case 'file':
    case 'symbol': {
      const file = question.kind === 'file' ? schema.file(question.name) : schema.containing(question.name)
      return file ? encodeFileAnswer(file.descriptor) : encodeNotFound()
    }
  }
}
