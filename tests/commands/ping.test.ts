import { expect, test } from 'bun:test'
import { freePort, startGrpcServer } from '../client/grpc-server.ts'
import { xserve } from '../helpers/xserve.ts'

const methods = {
  '/grpc.health.v1.Health/Check': () => new Uint8Array([8, 1]),
  '/jina.JinaGatewayDryRunRPC/dry_run': () => new Uint8Array(0),
}

test('one line and exit code 0 when it answers', async () => {
  await using server = await startGrpcServer({ methods })
  for (const target of ['executor', 'gateway', 'flow']) {
    const done = await xserve(['ping', target, server.address])
    expect([done.code, done.stderr]).toEqual([0, ''])
    expect(done.stdout).toMatch(new RegExp(`^${target} at ${server.address} answers \\([\\d.]+ ms\\)\n$`))
  }
  const json = await xserve(['ping', 'flow', `grpc://${server.address}`, '--json'])
  expect(JSON.parse(json.stdout)).toEqual({
    target: 'flow',
    address: server.address,
    ok: true,
    attempts: 1,
    ms: expect.any(Number),
  })
})

test('probes as Jina writes them, words glued together', async () => {
  await using server = await startGrpcServer({ methods })
  for (const words of [[server.address, '--timeout 9500'], [`${server.address} - --timeout 9500`]]) {
    const { code, stderr } = await xserve(['ping', 'executor', ...words])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  }
})

test('exit code 1 when it does not', async () => {
  const address = `127.0.0.1:${freePort()}`
  const done = await xserve(['ping', 'gateway', address])
  expect([done.code, done.stdout]).toEqual([1, ''])
  expect(done.stderr).toBe(
    `gateway at ${address} does not answer: nobody answers at ${address}: the connection is refused [UNREACHABLE]\n` +
      '  is the server running, does it speak gRPC, and are host and port right?\n',
  )
  const json = await xserve(['ping', 'gateway', address, '--json'])
  expect(json.code).toBe(1)
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, ms: null, code: 'UNREACHABLE' })
})

test.each([
  [[], 'ping what?'],
  [['server', '127.0.0.1:5'], 'cannot ping "server"'],
  [['gateway'], 'The address is missing'],
  [['gateway', 'ftp://127.0.0.1:5'], 'unknown protocol "ftp"'],
  [['gateway', '127.0.0.1:5', '--ca', '/nowhere.pem'], '--ca /nowhere.pem cannot be read'],
  [['gateway', '127.0.0.1:5', '--attempts', '0'], '--attempts must be at least 1'],
])('usage: %p', async (args, message) => {
  const done = await xserve(['ping', ...args])
  expect(done.code).toBe(2)
  expect(done.stderr).toContain(message)
})
