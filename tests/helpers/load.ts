/** Continuous load on a server of `versions.ts` (helpers/live.ts), over every protocol: what failed, and what came out of order. */
import { type Caller, caller, requestBytes, SINGLE } from './grpc.ts'
import { streamDoc } from './stream-doc.ts'
import type { Server } from './xserve.ts'

export interface LoadResult {
  readonly calls: number
  /** Calls that were not answered as they should, with why. */
  readonly failures: readonly string[]
  /** Calls that were sent after an answer of a newer version had come, and answered by an older one. */
  readonly stale: readonly string[]
  /** Answers that more than one version has made. */
  readonly mixed: readonly string[]
  /** Answered calls of each kind. */
  readonly kinds: Readonly<Record<Kind, number>>
  /** Of each unary call over gRPC, in milliseconds. */
  readonly times: readonly number[]
}

export interface Load {
  /** The newest version that has answered; -1 before the first answer. */
  readonly newest: number
  /** Resolves when this version, or a newer one, has answered, with the moment (of performance.now). */
  seen(version: number): Promise<number>
  /** Resolves when so many more calls have been answered. */
  answered(count: number): Promise<void>
  /** Lets the calls under way end. */
  stop(): Promise<LoadResult>
}

export type Kind = 'unary' | 'stream' | 'http' | 'events' | 'websocket'

/** Resolves with the texts of the answer. */
type Ask = () => Promise<readonly (string | undefined)[]>

const DOCS = ['a', 'b', 'c'].map((id) => ({ id }))
const REQUEST = requestBytes('/', DOCS)

/** Where the answer is not decoded, for the sake of speed. */
const versionsIn = (bytes: Uint8Array): readonly string[] =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .match(/version \d+/g) ?? []

/** 64 callers, or those of the kinds given; each calls again so many milliseconds after its answer. */
export async function startLoad(
  server: Server,
  callers: Partial<Readonly<Record<Kind, number>>> = { unary: 16, stream: 16, http: 12, events: 8, websocket: 12 },
  pauseMs = 0,
): Promise<Load> {
  const clients: Caller[] = []
  const sockets: WebSocket[] = []
  const failures: string[] = []
  const stale: string[] = []
  const mixed: string[] = []
  const times: number[] = []
  const kinds: Record<Kind, number> = { unary: 0, stream: 0, http: 0, events: 0, websocket: 0 }
  const waiting = new Set<() => void>()
  const firstSeen = new Map<number, number>()
  let calls = 0
  let newest = -1
  let stopped = false

  const check = (kind: Kind, told: readonly (string | undefined)[], atLeast: number): void => {
    const versions = new Set(told.map((text) => Number(/^version (\d+)/.exec(text ?? '')?.[1] ?? Number.NaN)))
    const version = Math.max(...versions)
    if (told.length !== DOCS.length || Number.isNaN(version)) failures.push(`${kind}: ${told.join(', ')}`)
    else if (versions.size > 1) mixed.push(`${kind}: ${told.join(', ')}`)
    else if (version < atLeast) stale.push(`${kind}: ${version} after ${atLeast}`)
    if (version > newest) {
      newest = version
      firstSeen.set(version, performance.now())
    }
  }

  const run = async (kind: Kind, ask: Ask): Promise<void> => {
    while (!stopped) {
      const atLeast = newest
      const began = performance.now()
      try {
        check(kind, await ask(), atLeast)
      } catch (error) {
        failures.push(`${kind}: ${error instanceof Error ? error.message : error}`)
        // Whatever is wrong is told a few times, not millions.
        if (failures.length > 100) stopped = true
      }
      if (kind === 'unary') times.push(performance.now() - began)
      kinds[kind]++
      calls++
      for (const look of waiting) look()
      if (pauseMs > 0) await Bun.sleep(pauseMs)
    }
  }

  const until = (is: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!is() && !stopped) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })

  const makers: Readonly<Record<Kind, () => Ask | Promise<Ask>>> = {
    unary() {
      const client = shared(clients, server)
      return async () => versionsIn((await client.raw(SINGLE, REQUEST)).bytes)
    },
    stream() {
      const { client } = shared(clients, server)
      return async () => {
        const { texts: told, code, details } = await streamDoc(client, '/tokens', { id: 'a' })
        if (code !== 0) throw new Error(`${code} ${details}`)
        return told
      }
    },
    http: () => () => postHttp(server.http),
    events: () => () => readEvents(server.http),
    async websocket() {
      const socket = await openSocket(server.websocket)
      sockets.push(socket)
      return () => askSocket(socket)
    },
  }
  const running: Promise<void>[] = []
  for (const [kind, count] of Object.entries(callers) as [Kind, number][]) {
    for (let i = 0; i < count; i++) running.push(run(kind, await makers[kind]()))
  }

  return {
    get newest() {
      return newest
    },
    async seen(version) {
      await until(() => newest >= version)
      if (newest < version) throw new Error(`stopped before version ${version}: ${failures.slice(0, 3).join('\n')}`)
      return firstSeen.get(version) ?? performance.now()
    },
    answered(count) {
      const goal = calls + count
      return until(() => calls >= goal)
    },
    async stop() {
      stopped = true
      for (const look of waiting) look()
      await Promise.all(running)
      for (const socket of sockets) socket.close()
      for (const client of clients) client[Symbol.dispose]()
      return { calls, failures, stale, mixed, kinds, times }
    },
  }
}

/** Four connections for all. */
function shared(clients: Caller[], server: Server): Caller {
  if (clients.length < 4) clients.push(caller(server.address))
  else clients.push(clients.shift()!)
  return clients.at(-1)!
}

async function postHttp(address: string): Promise<readonly string[]> {
  const answer = await fetch(`${address}/post`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data: DOCS, execEndpoint: '/' }),
  })
  const body = (await answer.json()) as { data: { text: string }[] }
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(body)}`)
  return body.data.map(({ text }) => text)
}

async function readEvents(address: string): Promise<readonly string[]> {
  const answer = await fetch(`${address}/tokens?id=a`)
  const body = await answer.text()
  if (answer.status !== 200 || !/^event: end$/m.test(body)) throw new Error(`${answer.status} ${body}`)
  return [...body.matchAll(/version \d+/g)].map(([text]) => text)
}

function openSocket(address: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${address}/`, 'json')
    socket.onopen = () => resolve(socket)
    socket.onerror = () => reject(new Error('no WebSocket'))
  })
}

function askSocket(socket: WebSocket): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    socket.onclose = ({ code, reason }) => reject(new Error(`closed with ${code} ${reason}`))
    socket.onmessage = ({ data }) => {
      const answer = JSON.parse(data as string) as { data?: { text: string }[] }
      if (answer.data) resolve(answer.data.map(({ text }) => text))
      else reject(new Error(String(data)))
    }
    socket.send(JSON.stringify({ data: DOCS, execEndpoint: '/' }))
  })
}
