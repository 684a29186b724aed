import { afterEach, describe, expect, test } from 'bun:test'
import { Metadata } from '@grpc/grpc-js'
import { XserveError } from '../../../lib/errors.ts'
import { startGrpcServer } from '../../../lib/servers/grpc/server.ts'
import type { Listener, ServedRuntime } from '../../../lib/wire/call.ts'
import { readFields } from '../../../lib/wire/fields.ts'
import services from '../../fixtures/vectors/v1/services.json'
import { fakeRuntime, idOf, request } from './fake-runtime.ts'
import { collect, createRawClient, type RawClient } from './raw-client.ts'

const opened: { close(graceMs: number): unknown }[] = []
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item.close(0)
})

async function serve(runtime: ServedRuntime): Promise<{ listener: Listener; client: RawClient }> {
  const listener = await startGrpcServer(runtime, { host: '127.0.0.1' })
  const client = createRawClient(listener.port)
  opened.push(listener, client)
  return { listener, client }
}

const ask = (client: RawClient, path: string, message: Uint8Array = new Uint8Array(0)) =>
  client.unary(path, message, new Metadata()).answer

const codeOf = (promise: Promise<unknown>): Promise<number> =>
  promise.then(
    () => 0,
    (error: { code: number }) => error.code,
  )

const tagged = (number: number, content: string | Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), Buffer.from(content as string)])

const texts = (bytes: Uint8Array, number = 1): string[] =>
  [...readFields(bytes, 'answer')]
    .filter((field) => field.number === number)
    .map((field) => Buffer.from(field.bytes).toString())

/** What the recordings of Jina hold: bytes and what they mean. */
const recorded = (name: string): Buffer => {
  const found = services.cases.find((one) => one.name === name)
  if (!found || !('response' in found)) throw new Error(`no vector ${name}`)
  return Buffer.from(found.response as string, 'base64')
}

describe('requests', () => {
  test('process_single_data answers; only an executor marks errors in the trailers', async () => {
    const failed = async () => {
      // header { status { code: ERROR } }
      const { Envelope } = await import('../../../lib/wire/envelope.ts')
      return Envelope.parse(tagged(1, tagged(2, new Uint8Array([8, 1]))))
    }
    for (const role of ['gateway', 'executor'] as const) {
      const { client } = await serve(fakeRuntime(role))
      const path = '/jina.JinaSingleDataRequestRPC/process_single_data'
      const answer = await ask(client, path, request('r1'))
      expect([idOf(answer.bytes), answer.trailers]).toEqual(['r1', {}])
      const erring = await serve(fakeRuntime(role, failed))
      const trailers = (await ask(erring.client, path, request('r2'))).trailers
      expect(trailers).toEqual(role === 'executor' ? { 'is-error': 'true' } : {})
    }
  })

  test('process_data is an executor’s, with the branches as siblings', async () => {
    const seen: string[][] = []
    const { client } = await serve(
      fakeRuntime('executor', async (envelope) => {
        seen.push([envelope, ...envelope.siblings].map((one) => one.requestId))
        return envelope
      }),
    )
    const list = Buffer.concat([tagged(1, request('a')), tagged(1, request('b'))])
    expect(idOf((await ask(client, '/jina.JinaDataRequestRPC/process_data', list)).bytes)).toBe('a')
    expect(seen).toEqual([['a', 'b']])
    const gateway = await serve(fakeRuntime('gateway'))
    expect(await codeOf(ask(gateway.client, '/jina.JinaDataRequestRPC/process_data', list))).toBe(12)
  })

  test('bytes that are no request are INVALID_ARGUMENT, no bytes are an empty request', async () => {
    const { client } = await serve(fakeRuntime('gateway'))
    const path = '/jina.JinaSingleDataRequestRPC/process_single_data'
    expect(await codeOf(ask(client, path, new Uint8Array([255, 255, 255])))).toBe(3)
    expect((await ask(client, path)).bytes).toHaveLength(0)
  })

  test('Call answers on a stream, for both roles', async () => {
    for (const role of ['gateway', 'executor'] as const) {
      const { client } = await serve(fakeRuntime(role))
      const stream = client.stream('/jina.JinaRPC/Call', new Metadata())
      for (const id of ['a', 'b']) stream.write(request(id))
      stream.end()
      expect((await collect(stream)).messages.map(idOf)).toEqual(['a', 'b'])
    }
  })

  test('a deadline reaches the handler and its signal', async () => {
    const heard = Promise.withResolvers<string>()
    const { client } = await serve(
      fakeRuntime('gateway', (_request, context) => {
        expect(context.deadline).toBeGreaterThan(Date.now())
        context.signal.addEventListener('abort', () => heard.resolve((context.signal.reason as XserveError).code))
        return new Promise(() => {})
      }),
    )
    const path = '/jina.JinaSingleDataRequestRPC/process_single_data'
    const call = client.unary(path, request('r'), new Metadata(), { deadline: Date.now() + 100 }).answer
    expect(await codeOf(call)).toBe(4)
    expect(['DEADLINE', 'CANCELLED']).toContain(await heard.promise)
  })
})

describe('side services', () => {
  test('discovery and information are what the runtime tells', async () => {
    for (const role of ['gateway', 'executor'] as const) {
      const { client } = await serve(fakeRuntime(role))
      const endpoints = await ask(client, '/jina.JinaDiscoverEndpointsRPC/endpoint_discovery')
      // The names as Jina 3.14 writes them, then what later ones want to know of each.
      const names = recorded('endpoint_discovery of only_foo')
      expect(Buffer.compare(endpoints.bytes.subarray(0, names.length), names)).toBe(0)
      expect(endpoints.bytes[names.length]).toBe(0x1a)
      const info = (await ask(client, '/jina.JinaInfoRPC/_status')).bytes
      const entries = texts(info).map((entry) => Buffer.from(entry))
      expect(entries.map((entry) => [texts(entry)[0], texts(entry, 2)[0]])).toEqual([
        ['jina', '3.14.1'],
        ['docarray', '0.21.0'],
      ])
      expect(texts(info, 2).map((entry) => texts(Buffer.from(entry), 2)[0])).toEqual(['INFO'])
    }
  })

  test('a dry run: nothing to say when fine, else a status with the reason', async () => {
    const runtime = fakeRuntime('gateway')
    const { client } = await serve(runtime)
    expect((await ask(client, '/jina.JinaGatewayDryRunRPC/dry_run')).bytes).toHaveLength(0)
    const broken = { ...runtime, dryRun: () => Promise.reject(new XserveError('UNREACHABLE', 'nobody at a:1')) }
    const status = (await ask((await serve(broken)).client, '/jina.JinaGatewayDryRunRPC/dry_run')).bytes
    expect([...readFields(status, 'status')].find((field) => field.number === 1)?.value).toBe(1)
    expect(texts(status, 2)).toEqual(['nobody at a:1'])
    const faulty = { ...runtime, dryRun: () => Promise.reject(new Error('secret')) }
    expect(await codeOf(ask((await serve(faulty)).client, '/jina.JinaGatewayDryRunRPC/dry_run'))).toBe(13)
    const executor = await serve(fakeRuntime('executor'))
    expect(await codeOf(ask(executor.client, '/jina.JinaGatewayDryRunRPC/dry_run'))).toBe(12)
  })

  test('health knows the services of the role, listed or not', async () => {
    const { client } = await serve(fakeRuntime('gateway'))
    const check = (service: string) => ask(client, '/grpc.health.v1.Health/Check', tagged(1, service))
    for (const service of ['jina.JinaRPC', 'jina.JinaGatewayDryRunRPC', 'grpc.health.v1.Health']) {
      expect((await check(service)).bytes).toEqual(recorded("health of 'jina.JinaRPC'"))
    }
    expect((await ask(client, '/grpc.health.v1.Health/Check')).bytes).toEqual(recorded("health of ''"))
    expect(await codeOf(check('no.such.Service'))).toBe(5)
    expect(await codeOf(check('jina.JinaDataRequestRPC'))).toBe(5)
  })

  test('a watch is told the state, its changes, and the end', async () => {
    const { client, listener } = await serve(fakeRuntime('gateway'))
    const watch = (service: string) => {
      const stream = client.stream('/grpc.health.v1.Health/Watch', new Metadata())
      const first = new Promise<void>((resolve) => stream.once('data', () => resolve()))
      const end = collect(stream)
      stream.write(tagged(1, service))
      stream.end()
      return { first, end }
    }
    const [known, unknown] = [watch(''), watch('no.such.Service')]
    await Promise.all([known.first, unknown.first])
    listener.setServing(false)
    expect((await ask(client, '/grpc.health.v1.Health/Check')).bytes).toEqual(Buffer.from([8, 2]))
    listener.setServing(true)
    listener.setServing(true)
    await listener.close(5000)
    const statuses = async (end: ReturnType<typeof collect>) => (await end).messages.map((message) => message[1])
    expect(await statuses(known.end)).toEqual([1, 2, 1, 2])
    expect(await statuses(unknown.end)).toEqual([3])
    expect((await known.end).code).toBe(14)
  })
})

describe('reflection', () => {
  async function reflect(client: RawClient, version: string, questions: Uint8Array[]): Promise<Uint8Array[]> {
    const stream = client.stream(`/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`, new Metadata())
    for (const question of questions) stream.write(question)
    stream.end()
    return (await collect(stream)).messages
  }

  test('answers byte for byte as Jina, and lists discovery on a gateway too', async () => {
    for (const role of ['gateway', 'executor'] as const) {
      const { client } = await serve(fakeRuntime(role))
      const symbols = ['jina.JinaRPC', 'docarray.DocumentProto', 'no.such.Symbol']
      for (const version of ['v1alpha', 'v1']) {
        const [list, ...files] = await reflect(client, version, [
          tagged(7, ''),
          ...symbols.map((name) => tagged(4, name)),
        ])
        expect(files).toEqual(symbols.map((name) => recorded(`reflection of ${name} on a ${role}`)))
        const listed = (bytes: Uint8Array) =>
          texts(Buffer.from([...readFields(bytes, 'list')][0]!.bytes)).map((one) => one.slice(2))
        const extra = role === 'gateway' ? ['jina.JinaDiscoverEndpointsRPC'] : []
        expect(listed(list!)).toEqual([...listed(recorded(`reflection list of a ${role}`)), ...extra].sort())
      }
    }
  })

  test('describes what it does not list, and the files that others import', async () => {
    const { client } = await serve(fakeRuntime('gateway'))
    const answers = await reflect(client, 'v1alpha', [
      tagged(4, 'grpc.health.v1.Health'),
      tagged(4, 'grpc.reflection.v1.ServerReflection.ServerReflectionInfo'),
      tagged(4, 'jina.StatusProto.ExceptionProto'),
      tagged(3, 'google/protobuf/struct.proto'),
      tagged(3, 'no.proto'),
      tagged(6, 'jina.HeaderProto'),
      tagged(5, tagged(1, 'jina.HeaderProto')),
    ])
    const kinds = answers.map((bytes) => [...readFields(bytes, 'answer')][0]?.number)
    expect(kinds).toEqual([4, 4, 4, 4, 7, 5, 7])
  })

  test('a request that asks nothing ends the stream', async () => {
    const { client } = await serve(fakeRuntime('gateway'))
    const stream = client.stream('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', new Metadata())
    stream.write(new Uint8Array(0))
    expect((await collect(stream)).code).toBe(3)
  })
})
