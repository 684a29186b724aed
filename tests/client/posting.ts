/** What tests of `post` have in common: clients, texts, inputs that come slowly, answers in another order. */
import { Client } from '../../lib/client/client.ts'
import { decodeData } from '../../lib/document/data-content.ts'
import type { Envelope } from '../../lib/wire/envelope.ts'
import type { TestServer } from './grpc-server.ts'

export const clientOf = (server: TestServer) => new Client(server.address)
export const textsOf = (request: Envelope) => decodeData(request.data).texts
export const count = (n: number) => Array.from({ length: n }, (_, i) => `${i}`)

export async function* slowly(texts: readonly string[]) {
  for (const text of texts) {
    await Promise.resolve()
    yield text
  }
}

const release = (held: (() => void)[]) => {
  for (const answer of held.reverse()) answer()
}

/** Answers in the opposite order: the first one when `n` have come. */
export function reversed(n: number) {
  const held: (() => void)[] = []
  return (request: Envelope) =>
    new Promise<Uint8Array>((resolve) => {
      held.push(() => resolve(request.encode()))
      if (held.length === n) setImmediate(() => release(held))
    })
}
