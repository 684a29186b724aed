/** Which methods stream, and what a part of a call sees. */
import { expect, test } from 'bun:test'
import { encodeData } from '../../lib/document/data-content.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { ExecutorCall } from '../../lib/executor/call.ts'
import { isStreaming, streamingEndpoints } from '../../lib/executor/generator.ts'

class Mixed {
  *generator() {}
  async *asynchronous() {}
  plain() {}
  async later() {}
}

test('generator methods stream, others do not', () => {
  const methods = new Mixed() as unknown as Record<string, unknown>
  const names = ['generator', 'asynchronous', 'plain', 'later', 'missing']
  expect(names.filter((name) => isStreaming(methods[name]))).toEqual(['generator', 'asynchronous'])
  const table = new Map(names.map((name) => [`/${name}`, name]))
  expect(streamingEndpoints(methods, table)).toEqual(['/generator', '/asynchronous'])
})

test('a part of a call has one document, and parameters and signal of the whole', () => {
  const data = encodeData(new DocumentArray(['a', 'b']))
  const none = new Uint8Array(0)
  const message = { endpoint: '/x', trace: '', deadline: 0, parameters: none, branches: [{ name: 'n', data }] }
  const whole = new ExecutorCall(message, { name: 'e', metasName: 'E' })
  expect(whole.doc!.text).toBe('a')
  const part = whole.only(whole.docs[1]!)
  expect([part.doc!.text, part.docs.texts, part.endpoint]).toEqual(['b', ['b'], '/x'])
  expect(part.docsMap.n!.texts).toEqual(['a', 'b'])
  whole.cancel()
  expect([part.signal.aborted, part.signal === whole.signal]).toEqual([true, true])
})
