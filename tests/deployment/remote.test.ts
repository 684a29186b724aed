/** Executors elsewhere, played by small gRPC servers: late, gone, back, several, behind a name. */
import { afterEach, describe, expect, test } from 'bun:test'
import type { Deployment } from '../../lib/deployment/deployment.ts'
import { type RemoteOptions, type RemotePlan, remoteDeployment } from '../../lib/deployment/remote.ts'
import { createLogger } from '../../lib/log.ts'
import { decodeStruct, encodeStruct } from '../../lib/protobuf/struct.ts'
import { detachedContext } from '../../lib/wire/call.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import { failed, freePort, startGrpcServer, type TestServer } from '../client/grpc-server.ts'
import { encode } from '../wire/oracle.ts'

const DISCOVER = '/jina.JinaDiscoverEndpointsRPC/endpoint_discovery'
const endpoints = (...names: string[]) => ({
  [DISCOVER]: () => encode('jina.EndpointsProto', { endpoints: names }),
})

const open: Deployment[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop(0)
})

function remote(
  ports: readonly (number | [host: string, port: number])[],
  plan: Partial<RemotePlan> = {},
  options: Partial<RemoteOptions> = {},
) {
  const lines: string[] = []
  const waiting = new Set<() => void>()
  const log = createLogger('test', {
    level: 'debug',
    write: (line) => {
      lines.push(line)
      for (const wake of waiting) wake()
    },
  })
  const addresses = ports.map((port) =>
    typeof port === 'number' ? { host: '127.0.0.1', port, tls: false } : { host: port[0], port: port[1], tls: false },
  )
  const deployment = remoteDeployment(
    { name: 'far', polling: 'any', timeoutSendMs: null, retries: -1, grpcMetadata: {}, ...plan, addresses },
    { log, ...options },
  )
  open.push(deployment)
  const seen = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!lines.some((line) => line.includes(text))) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  return { deployment, lines, seen }
}

const request = (endpoint = '/', parts: { parameters?: Record<string, unknown>; targetExecutor?: string } = {}) =>
  Envelope.create({
    requestId: 'r',
    endpoint,
    data: new Uint8Array(0),
    ...(parts.parameters ? { parameters: encodeStruct(parts.parameters) } : {}),
    ...(parts.targetExecutor ? { targetExecutor: parts.targetExecutor } : {}),
  })
const call = (deployment: Deployment, given = request()) => deployment.call(given, detachedContext())

describe('remoteDeployment()', () => {
  test('knows the endpoints of the executor once it is there', async () => {
    await using server = await startGrpcServer({ methods: endpoints('/foo', '/bar', '_jina_dry_run_') })
    const { deployment } = remote([server.port])
    await deployment.start()
    expect(deployment.endpoints).toEqual(['/foo', '/bar', '_jina_dry_run_'])
    expect([deployment.has('/foo'), deployment.has('/other')]).toEqual([true, false])
  })

  test('a server that does not know the question takes every endpoint', async () => {
    await using server = await startGrpcServer()
    const { deployment } = remote([server.port])
    await deployment.start()
    expect(deployment.has('/anything')).toBe(true)
  })

  test('sends metadata of the deployment and the endpoint, but not whom the caller meant', async () => {
    let target = 'none'
    await using server = await startGrpcServer({
      answer: (envelope) => {
        target = envelope.targetExecutor
        return envelope.encode()
      },
    })
    const { deployment } = remote([server.port], { grpcMetadata: { token: 'secret' } })
    await call(deployment, request('/foo', { targetExecutor: 'far' }))
    expect(server.metadata()).toMatchObject({ token: 'secret', endpoint: '/foo' })
    expect(target).toBe('')
  })

  test('gives it its own parameters and the client the parameters it sent, with the results', async () => {
    let got: unknown
    await using server = await startGrpcServer({
      answer: (envelope) => {
        got = decodeStruct(envelope.parameters)
        const parameters = encodeStruct({ ...(got as object), __results__: { 'executor0/rep-0': { n: 1 } } })
        return envelope.answer({ role: 'executor', data: null, parameters, status: null, routes: [] }).encode()
      },
    })
    const { deployment } = remote([server.port])
    const answer = await call(deployment, request('/', { parameters: { all: 1, far__all: 2, near__x: 3 } }))
    expect(got).toEqual({ all: 2 })
    expect(decodeStruct(answer.parameters)).toEqual({
      all: 1,
      far__all: 2,
      near__x: 3,
      __results__: { 'executor0/rep-0': { n: 1 } },
    })
    expect(answer.routes.map((route) => route.executor)).toEqual(['far'])
  })

  test('gives it no results of executors before, and the client all of them', async () => {
    const got: unknown[] = []
    await using server = await startGrpcServer({
      answer: (envelope) => {
        got.push(decodeStruct(envelope.parameters))
        const parameters = encodeStruct({ __results__: { 'far/rep-0': 2 } })
        return envelope.answer({ role: 'executor', data: null, parameters, status: null, routes: [] }).encode()
      },
    })
    const { deployment } = remote([server.port])
    const before = { __results__: { 'near/rep-0': 1 } }
    for (const own of [{}, { key: 1 }]) {
      const answer = await call(deployment, request('/', { parameters: { ...own, ...before } }))
      expect(decodeStruct(answer.parameters)).toEqual({ ...own, __results__: { 'near/rep-0': 1, 'far/rep-0': 2 } })
    }
    // What Jina's client sends without parameters, and nothing beside those that there are.
    expect(got).toEqual([{ __results__: {} }, { key: 1 }])
  })

  test('tells it who had the documents before: the gateway where they come from the caller', async () => {
    const routes: string[][] = []
    await using server = await startGrpcServer({
      answer: (envelope) => {
        routes.push(envelope.routes.map((route) => route.executor))
        return envelope.encode()
      },
    })
    const { deployment } = remote([server.port])
    const given = request()
    const near = { executor: 'near', startMs: 0, endMs: 0, status: null }
    const handedOn = given.answer({ role: 'executor', data: null, parameters: null, status: null, routes: [near] })
    await call(deployment, given)
    await call(deployment, handedOn)
    expect(routes).toEqual([['gateway'], ['near']])
  })

  test("an executor's error is an answer", async () => {
    await using server = await startGrpcServer({ answer: (envelope) => failed(envelope, 'boom') })
    const answer = await call(remote([server.port]).deployment)
    expect(answer.isError).toBe(true)
  })

  test('a server that answers on streams only is called on streams', async () => {
    await using server = await startGrpcServer({
      answer: (envelope) => {
        if (server.seen.single > 0 && server.seen.stream === 0) throw { code: 12, details: 'unknown' }
        return envelope.encode()
      },
    })
    const { deployment } = remote([server.port])
    await call(deployment)
    await call(deployment)
    expect(server.seen).toEqual({ single: 1, stream: 2 })
  })

  test('a call waits for an executor that has never been there', async () => {
    const port = freePort()
    const { deployment } = remote([port])
    const answer = call(deployment)
    await using server = await startGrpcServer({}, port)
    expect((await answer).requestId).toBe('r')
    expect(server.seen.single).toBe(1)
  })

  test('a caller that cannot wait so long hears that nobody is there, and not that its time is over', async () => {
    const { deployment } = remote([freePort()], { timeoutSendMs: 200 })
    await expect(call(deployment)).rejects.toMatchObject({ code: 'UNREACHABLE' })
  })

  test('one that has gone is named in the error, is told of, and is used again when it is back', async () => {
    const { port, kill } = await startGrpcServer()
    const { deployment, seen } = remote([port])
    await deployment.start()
    await call(deployment)
    kill()
    await seen('has gone')
    await expect(call(deployment)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/^far: nobody answers at 127\.0\.0\.1:\d+: the connection is refused/),
    })
    await using _ = await startGrpcServer({}, port)
    await seen('is back')
    expect((await call(deployment)).requestId).toBe('r')
  })

  test('several addresses share the calls, and one that is gone is passed over', async () => {
    const servers: TestServer[] = [await startGrpcServer(), await startGrpcServer()]
    await using _first = servers[0]!
    await using _second = servers[1]!
    const { deployment, seen } = remote(servers.map(({ port }) => port))
    await deployment.start()
    for (let i = 0; i < 20; i++) await call(deployment)
    expect(servers.map((server) => server.seen.single).every((count) => count >= 8)).toBe(true)
    servers[0]!.kill()
    await seen('has gone')
    for (let i = 0; i < 10; i++) await call(deployment)
    expect(servers[1]!.seen.single).toBeGreaterThanOrEqual(18)
  })

  test('a name that stands for several servers is one address, looked up again when they change', async () => {
    const port = freePort()
    await using first = await startGrpcServer({}, port, '127.0.0.1')
    await using second = await startGrpcServer({}, port, '127.0.0.2')
    await using third = await startGrpcServer({}, port, '127.0.0.3')
    let known: readonly string[] = ['127.0.0.1', '127.0.0.2']
    const { deployment, seen } = remote([['executors.test', port]], {}, { resolve: async () => known })
    await deployment.start()
    while (second.seen.single === 0 || first.seen.single === 0) await call(deployment)
    known = ['127.0.0.3']
    first.kill()
    second.kill()
    await seen('is back')
    await call(deployment)
    expect(third.seen.single).toBe(1)
  })

  test('a name that nobody knows is the error', async () => {
    const { deployment } = remote([['nowhere.invalid', 1]])
    await expect(call(deployment)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: 'far: nobody answers at nowhere.invalid:1: no such host is known',
    })
  }, 10_000)

  test('shards: any of them, or all with their documents joined', async () => {
    const servers = [await startGrpcServer(), await startGrpcServer()]
    const addresses = servers.map(({ port }, shard) => ({ host: '127.0.0.1', port, tls: false, shard }))
    const log = createLogger('test', { write: () => {} })
    const plan = { name: 'far', timeoutSendMs: null, retries: -1, grpcMetadata: {}, addresses }
    const deployment = remoteDeployment({ ...plan, polling: { '/all': 'all', '*': 'any' } }, { log })
    open.push(deployment)
    try {
      await deployment.start()
      await call(deployment, request('/all'))
      expect(servers.map((server) => server.seen.single)).toEqual([1, 1])
      await call(deployment, request('/one'))
      expect(servers.map((server) => server.seen.single).sort()).toEqual([1, 2])
    } finally {
      for (const server of servers) server.kill()
    }
  })

  test('a time limit counts for a call', async () => {
    await using server = await startGrpcServer({ answer: () => new Promise<never>(() => {}) })
    const { deployment } = remote([server.port], { timeoutSendMs: 100 })
    await expect(call(deployment)).rejects.toMatchObject({ code: 'DEADLINE' })
  })

  test('of several, one that lets calls wait until they are given up gets no others before it answers', async () => {
    let arrived = () => {}
    await using stuck = await startGrpcServer({
      methods: endpoints('/'),
      answer: ({ endpoint }) => {
        if (endpoint === '/') arrived()
        return new Promise(() => {})
      },
    })
    await using good = await startGrpcServer({ methods: endpoints('/') })
    const { deployment, seen } = remote([stuck.port, good.port])
    await Promise.all([
      seen(`far is there, at 127.0.0.1:${stuck.port}`),
      seen(`far is there, at 127.0.0.1:${good.port}`),
    ])
    let lost = 0
    for (let i = 0; i < 20; i++) {
      const controller = new AbortController()
      arrived = () => controller.abort()
      const { signal } = controller
      const onCancel = (listener: () => void) => signal.addEventListener('abort', listener)
      await deployment.call(request(), { ...detachedContext(), signal, onCancel }).catch(() => lost++)
    }
    expect([lost, good.seen.single]).toEqual([1, 19])
  })
})
