/** What `GET /` says before an executor is ready, while it is away, and while a server stops; else the routes answer. */
import type { HttpHandler, HttpResponse } from './exchange.ts'

export interface Health {
  setServing(serving: boolean): void
  /** The handler, behind the health check on `/`. */
  guard(handler: HttpHandler): HttpHandler
}

const refusal = (reason: string): HttpResponse => ({
  status: 503,
  headers: { 'content-type': 'application/json', 'retry-after': '1' },
  body: JSON.stringify({ detail: reason }),
})

const STARTING = refusal('starting: the executor is not ready yet')
const STOPPING = refusal('stopping: no new calls are taken')

const AWAY = refusal('the executor is not running: it is started again')

/** Begins as starting. `serves`: whether calls are taken by what is behind the server. Default: always. */
export function createHealth(serves: () => boolean | undefined = () => true): Health {
  let refused: HttpResponse | null = STARTING
  return {
    setServing(serving) {
      if (serving) refused = null
      else refused ??= STOPPING
    },
    guard: (handler) => (request) =>
      request.path === '/' && (request.method === 'GET' || request.method === 'HEAD')
        ? (refused ?? (serves() ? handler(request) : AWAY))
        : handler(request),
  }
}
