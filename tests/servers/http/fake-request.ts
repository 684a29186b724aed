/** An HTTP request without a socket. */
import type { HttpHandler, HttpRequest, HttpResponse } from '../../../lib/servers/http/exchange.ts'

export interface FakeOptions {
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Anything but text and bytes is sent as JSON. */
  readonly body?: unknown
  readonly readBody?: () => Promise<Uint8Array>
}

export interface FakeRequest extends HttpRequest {
  /** The caller leaves. */
  leave(): void
}

export function fakeRequest(method: string, path: string, options: FakeOptions = {}): FakeRequest {
  const { body } = options
  const given =
    body === undefined ? '' : typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  const bytes = Buffer.from(given as string)
  const headers: Record<string, string> = {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...options.headers,
  }
  const listeners: (() => void)[] = []
  let cancelled = false
  return {
    method,
    path,
    query: options.query ?? '',
    version: '1.1',
    peer: '127.0.0.1:1',
    header: (name) => headers[name],
    headers: () => Object.entries(headers),
    rawPath: encodeURI(path),
    body: options.readBody ?? (async () => bytes),
    text: () => (options.readBody ? null : bytes.toString()),
    get cancelled() {
      return cancelled
    },
    onCancel(listener) {
      if (cancelled) listener()
      else listeners.push(listener)
    },
    leave() {
      cancelled = true
      for (const listener of listeners) listener()
    },
  }
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
  readonly json: any
}

/** Pieces put together; `error` is what they ended with. */
export async function readAll(response: HttpResponse): Promise<Answered & { readonly error?: unknown }> {
  const { body } = response
  if (typeof body !== 'object' || body === null || body instanceof Uint8Array) return read(response)
  let text = ''
  try {
    for await (const piece of body) text += piece
  } catch (error) {
    return { ...read(response), body: text, error }
  }
  return { ...read(response), body: text }
}

export async function ask(
  handler: HttpHandler,
  method: string,
  path: string,
  options: FakeOptions = {},
): Promise<Answered> {
  return read(await handler(fakeRequest(method, path, options)))
}

export function read(response: HttpResponse): Answered {
  const { body: sent } = response
  const body = typeof sent === 'string' ? sent : sent instanceof Uint8Array ? Buffer.from(sent).toString() : ''
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, typeof value === 'string' ? value : value.join()]),
  )
  const type = headers['content-type'] ?? ''
  return {
    status: response.status,
    headers,
    body,
    json: type === 'application/json' && body !== '' ? JSON.parse(body) : undefined,
  }
}
