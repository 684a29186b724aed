import { expect, test } from 'bun:test'
import { type FetchContext, Gateway } from '../../lib/client/own-gateway.ts'

class Mine extends Gateway {
  async fetch(request: Request, { flow }: FetchContext): Promise<Response> {
    return new Response((await flow.post('/', [await request.text()])).texts[0] ?? null)
  }
}

test('in a unit test fetch() takes a flow of the test’s', async () => {
  const gateway = new Mine()
  const flow = { post: async (_: string, texts: string[]) => ({ texts: texts.map((text) => `${text}!`) }) }
  const context = { flow: flow as unknown as FetchContext['flow'], signal: new AbortController().signal }
  const response = await gateway.fetch(new Request('http://a/', { method: 'POST', body: 'x' }), context)
  expect(await response.text()).toBe('x!')
})

test('without a Flow behind it the hidden call says so', async () => {
  const { requestDocument } = await import('../../lib/wire/fetch-message.ts')
  const { DocumentArray } = await import('../../lib/document/document-array.ts')
  const request = requestDocument({ method: 'GET', url: 'http://a/', headers: [], body: new Uint8Array(0) })
  const call = { docs: new DocumentArray([request]), signal: new AbortController().signal }
  await expect(new Mine().answerFetch(call).next()).rejects.toMatchObject({ code: 'BAD_ARGUMENT' })
})
