/** An executor without endpoints that runs alone, as a joining node in a container of its own: what comes goes back. */
import type { CallHandler } from '../wire/call.ts'
import type { Envelope } from '../wire/envelope.ts'

export function passOn(name: string): CallHandler {
  const answerTo = (request: Envelope): Envelope =>
    request.answer({
      role: 'executor',
      data: null,
      parameters: null,
      status: null,
      routes: [{ executor: name, startMs: 0, endMs: 0, status: null }],
    })
  return {
    call: async (request) => answerTo(request),
    async *stream(request) {
      yield answerTo(request)
    },
  }
}
