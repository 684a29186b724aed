/** Options of gRPC by the names of its core library: what is checked where, and what comes of it. */
import { describe, expect, test } from 'bun:test'
import { channelTuning, ofChannels, readChannelTuning, serverTuning } from '../../lib/plan/grpc-options.ts'
import { loadFlow } from '../../lib/plan/load.ts'
import { temporaryFolder } from '../helpers/xserve.ts'

function load(text: string) {
  using folder = temporaryFolder({ 'flow.yml': `jtype: Flow\n${text}` })
  return loadFlow(`${folder.path}/flow.yml`, { env: {}, context: {} })
}

describe('of a server', () => {
  test('are carried, and mean these', () => {
    const { plan } = load(
      `with: {grpc_server_options: {grpc.max_send_message_length: 100, grpc.max_receive_message_length: '200',
  grpc.max_concurrent_streams: 3, grpc.keepalive_time_ms: 4000, grpc.keepalive_timeout_ms: 5000,
  grpc.max_connection_idle_ms: 6000, grpc.max_connection_age_ms: 2147483647, grpc.max_connection_age_grace_ms: 8000}}
executors: [{}]
`,
    )
    expect(serverTuning(plan.gateway.options)).toEqual({
      maxSendBytes: 100,
      maxReceiveBytes: 200,
      maxStreams: 3,
      keepaliveMs: 4000,
      keepaliveTimeoutMs: 5000,
      idleMs: 6000,
      ageGraceMs: 8000,
    })
  })

  test('names that mean nothing here are warned of, others and wrong values refused, each at its place', () => {
    const { warnings } = load('with: {grpc_server_options: {grpc.so_reuseport: 1}}\nexecutors: [{}]\n')
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('grpc.so_reuseport is accepted and has no effect'),
    ])
    expect(() =>
      load(
        'with: {grpc_server_options: {max_send_message_length: 1, grpc.max_concurrent_streams: 0}}\nexecutors: [{external: true, port: 1, grpc_channel_options: {grpc.keepalive_time_ms: soon}}]\n',
      ),
    ).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /max_send_message_length is no option of gRPC[\s\S]*max_concurrent_streams must be a whole number, at least 1, not 0[\s\S]*grpc.keepalive_time_ms must be/,
        ),
      }),
    )
  })
})

describe('of connections', () => {
  test('those of a Flow hold for its executors elsewhere, their own go before', () => {
    const { plan } = load(
      `with: {compression: gzip, grpc_channel_options: {grpc.keepalive_time_ms: 1000, grpc.max_send_message_length: 5}}
executors:
  - {external: true, port: 1}
  - {external: true, port: 2, compression: NoCompression, grpc_channel_options: {grpc.keepalive_time_ms: 2000}}
`,
    )
    const [one, two] = plan.deployments.map(({ options }) => channelTuning(options))
    expect(one).toEqual({ compression: 'gzip', keepaliveMs: 1000, maxSendBytes: 5 })
    expect(two).toEqual({ keepaliveMs: 2000, maxSendBytes: 5 })
    expect(ofChannels({ ...plan.gateway.options, gpus: 'all' })).toEqual({
      compression: 'Gzip',
      grpc_channel_options: { 'grpc.keepalive_time_ms': 1000, 'grpc.max_send_message_length': 5 },
    })
  })

  test('of a client', () => {
    expect(readChannelTuning(undefined, undefined)).toEqual({})
    expect(readChannelTuning('GZIP', { 'grpc.initial_reconnect_backoff_ms': 7 })).toEqual({
      compression: 'gzip',
      reconnectMs: 7,
    })
    const refused = expect.objectContaining({ code: 'BAD_ARGUMENT' })
    expect(() => readChannelTuning('zip', undefined)).toThrow(refused)
    expect(() => readChannelTuning('gzip', { 'grpc.so_reuseport': 1 })).toThrow(refused)
    expect(() => readChannelTuning('gzip', { 'grpc.keepalive_time_ms': 0 })).toThrow(refused)
  })
})
