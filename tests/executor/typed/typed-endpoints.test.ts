/** Calls of a method whose endpoint has declared types, without a process around it. */
import { expect, test } from 'bun:test'
import { z } from 'zod'
import { decodeData, encodeData } from '../../../lib/document/data-content.ts'
import { Document } from '../../../lib/document/document.ts'
import { DocumentArray } from '../../../lib/document/document-array.ts'
import { documentOfFields } from '../../../lib/document/v2/from-fields.ts'
import type { ExecutorCall } from '../../../lib/executor/call.ts'
import { Executor } from '../../../lib/executor/executor.ts'
import { createInvoker } from '../../../lib/executor/invoke.ts'
import type { Declared } from '../../../lib/executor/typed/declared.ts'
import { typedEndpoints } from '../../../lib/executor/typed/typed-endpoints.ts'
import type { AnswerMessage } from '../../../lib/link/messages.ts'
import { encodeStruct } from '../../../lib/protobuf/struct.ts'
import { decodeStatus } from '../../../lib/wire/status.ts'

const Thing = { title: 'Thing', type: 'object', required: ['title'], properties: { title: { type: 'string' } } }
const Other = { title: 'Other', type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }

type Method = (call: ExecutorCall) => unknown

async function call(declared: Declared, fields: object[], method: Method, parameters: Record<string, unknown> = {}) {
  class One extends Executor {
    go = method
  }
  const typed = typedEndpoints(new Map([['/x', declared]]))
  const invoke = createInvoker(new One(), 'One', new Map([['/x', 'go']]), { typed })
  const documents = new DocumentArray(fields.map((one) => documentOfFields({ ...one })))
  const branches = [{ name: '', data: encodeData(documents, 'v2') }]
  const message = { endpoint: '/x', trace: '', deadline: 0, parameters: encodeStruct(parameters), branches }
  return new Promise<AnswerMessage>((done) => void invoke(message, done))
}
const exception = ({ failed, extra }: AnswerMessage) => (failed ? decodeStatus(extra).exception : null)
const never: Method = () => {
  throw new Error('it was called')
}

test('what does not fit never reaches the method', async () => {
  const wrong = await call({ input: Thing }, [{ title: 'a' }, { title: 5 }], never)
  expect(exception(wrong)).toMatchObject({ name: 'ValidationError', args: ['docs[1].title: must be a text, not 5'] })
  const parameters = await call({ parameters: Other }, [{}], never, { n: 'x' })
  expect(exception(parameters)?.args).toEqual(['parameters.n: must be an integer, not "x"'])
  const slow = z.object({ title: z.string().refine(async () => false, 'never good') })
  expect(exception(await call({ input: slow }, [{ title: 'a' }], never))?.args).toEqual(['docs[0].title: never good'])
})

test('documents that nobody changes go back as they came', async () => {
  expect(await call({ input: Thing }, [{ title: 'a', list: [1] }], () => {})).toMatchObject({ unchanged: true })
})

test('an answer that does not fit is a fault of the executor', async () => {
  const wrong = await call({ output: Other }, [{}], () => [
    new Document({ fields: { n: 1 } }),
    new Document({ fields: { n: 'x' } }),
  ])
  expect(exception(wrong)?.args[0]).toBe(
    '/x gives what its output schema refuses: docs[1].n: must be an integer, not "x"',
  )
  expect(exception(wrong)?.name).not.toBe('ValidationError')
})

test('documents that go through as another class than they came are checked, changed or not', async () => {
  expect(exception(await call({ input: Thing, output: Other }, [{ title: 'a' }], () => {}))?.args[0]).toContain(
    'docs[0].n',
  )
  const both = await call({ input: Thing, output: Other }, [{ title: 'a', n: 1 }], () => {})
  expect(decodeData(both.data).map(({ fields }) => fields.n)).toEqual([1])
})

test('an output schema that needs a promise is refused in words', async () => {
  const slow = z.object({ title: z.string().refine(async () => true) })
  const answer = await call({ output: slow }, [{}], () => [new Document({ fields: { title: 'a' } })])
  expect(exception(answer)?.args[0]).toContain('checks asynchronously')
})

test('names come from titles, else from the endpoint', () => {
  const { title: _, ...nameless } = Other
  const types = typedEndpoints(new Map([['/find_all', { input: nameless, output: Thing, parameters: nameless }]]))
  const { input, output, parameters } = types.get('/find_all')!.schema
  expect([input?.name, output?.name, parameters?.name]).toEqual(['FindAllInput', 'Thing', 'FindAllParameters'])
})
