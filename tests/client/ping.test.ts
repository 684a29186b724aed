import { describe, expect, test } from 'bun:test'
import { Client } from '../../lib/client/client.ts'
import { type PingTarget, ping } from '../../lib/client/ping.ts'
import { resolveAddress } from '../../lib/wire/address.ts'
import { encodeStatus } from '../../lib/wire/status.ts'
import { freePort, startGrpcServer } from './grpc-server.ts'

const HEALTH = '/grpc.health.v1.Health/Check'
const INFO = '/jina.JinaInfoRPC/_status'
const DRY_RUN = '/jina.JinaGatewayDryRunRPC/dry_run'
const health = (status: number) => () => new Uint8Array([8, status])
const nothing = () => new Uint8Array(0)
const bad = () => encodeStatus({ name: 'E', args: [], stacks: [], executor: 'MyExec', description: "E('boom')" })

const ask = (address: string, target: PingTarget, attempts = 1) =>
  ping({ target, address: resolveAddress({ host: address }), attempts, timeoutMs: 500 })

describe('ping()', () => {
  test.each(['executor', 'gateway'] as const)(
    '%s: health decides, an older server without it is asked for its information',
    async (target) => {
      await using serving = await startGrpcServer({ methods: { [HEALTH]: health(1) } })
      expect(await ask(serving.address, target)).toMatchObject({ attempts: 1, ms: expect.any(Number), error: null })
      await using starting = await startGrpcServer({ methods: { [HEALTH]: health(2), [INFO]: nothing } })
      expect(await ask(starting.address, target)).toMatchObject({ ms: null, error: { code: 'UNAVAILABLE' } })
      await using old = await startGrpcServer({ methods: { [INFO]: nothing } })
      expect((await ask(old.address, target)).error).toBeNull()
      await using other = await startGrpcServer()
      expect((await ask(other.address, target)).error).toMatchObject({ code: 'UNKNOWN_METHOD' })
    },
  )

  test('flow: the dry run decides', async () => {
    await using fine = await startGrpcServer({ methods: { [DRY_RUN]: nothing } })
    expect((await ask(fine.address, 'flow')).error).toBeNull()
    await using broken = await startGrpcServer({ methods: { [DRY_RUN]: bad, [HEALTH]: health(1) } })
    expect((await ask(broken.address, 'flow')).error).toMatchObject({
      code: 'ANSWER_FAILED',
      message: "the dry run failed: MyExec: E('boom')",
    })
  })

  test('asks as often as told', async () => {
    expect(await ask(`127.0.0.1:${freePort()}`, 'gateway', 2)).toMatchObject({
      attempts: 2,
      ms: null,
      error: { code: 'UNREACHABLE' },
    })
    let calls = 0
    await using late = await startGrpcServer({ methods: { [HEALTH]: () => health(++calls < 2 ? 2 : 1)() } })
    expect(await ask(late.address, 'gateway', 3)).toMatchObject({ attempts: 2, error: null })
  })

  test('a server that does not answer is given up', async () => {
    await using stuck = await startGrpcServer({ methods: { [HEALTH]: () => new Promise(() => {}) } })
    expect((await ask(stuck.address, 'executor')).error).toMatchObject({ code: 'DEADLINE' })
  })
})

describe('Client.isReady()', () => {
  test('is the dry run, or health where there is none; never an error', async () => {
    const ready = async (methods: Record<string, () => Uint8Array>) => {
      await using server = await startGrpcServer({ methods })
      using client = new Client(server.address)
      return await client.isReady()
    }
    expect(await ready({ [DRY_RUN]: nothing })).toBe(true)
    expect(await ready({ [DRY_RUN]: bad, [HEALTH]: health(1) })).toBe(false)
    expect(await ready({ [HEALTH]: health(1) })).toBe(true)
    expect(await ready({ [HEALTH]: health(2) })).toBe(false)
    using client = new Client({ port: freePort() })
    expect(await client.isReady()).toBe(false)
  })
})
