import { describe, expect, test } from 'bun:test'
import { banner } from '../../lib/commands/banner.ts'
import type { Deployment } from '../../lib/deployment/deployment.ts'
import type { Member } from '../../lib/flow/members.ts'
import { DEFAULT_DEPLOYMENT } from '../../lib/plan/defaults.ts'
import type { DeploymentPlan } from '../../lib/plan/plan.ts'
import type { Listener, Protocol } from '../../lib/wire/call.ts'
import { planOne } from '../helpers/plan-one.ts'

const listener = (protocol: Protocol, host: string, port: number, tls = false): Listener => ({
  protocol,
  host,
  port,
  tls,
  setServing() {},
  close: async () => {},
})
const of = (name: string, className: string, more: Partial<DeploymentPlan> = {}): Member => ({
  plan: { ...DEFAULT_DEPLOYMENT, name, uses: { kind: 'pass' }, ...more },
  isRemote: more.uses?.kind === 'external',
  deployment: { className } as Deployment,
})
const clean = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => Bun.stripANSI(line).replace(/^ {2}/, ''))
const lines = (...listeners: Listener[]) => {
  const plan = planOne({ name: 'executor0', uses: { kind: 'pass' } })
  const members = new Map([['executor0', of('executor0', 'A')]])
  return clean(banner('gateway', { plan, members, listeners, endpoints: ['/', '_jina_dry_run_'] }, 7.4))
}

describe('banner()', () => {
  test('tells gRPC without a scheme, the others as URLs, where the pages are, and endpoints of the user alone', () => {
    expect(
      lines(listener('grpc', '127.0.0.1', 5), listener('http', '::', 65432), listener('websocket', 'box', 7)),
    ).toEqual([
      'A is ready in 7 ms',
      'gRPC       127.0.0.1:5',
      'HTTP       http://[::1]:65432  on all interfaces (::)',
      'WebSocket  ws://box:7',
      'docs       http://[::1]:65432/docs',
      'endpoints  /',
    ])
  })

  test('shows TLS by the scheme', () => {
    expect(
      lines(listener('grpc', 'a', 1, true), listener('http', 'a', 2, true), listener('websocket', 'a', 2, true)),
    ).toEqual([
      'A is ready in 7 ms',
      'gRPC       grpcs://a:1',
      'HTTP       https://a:2',
      'WebSocket  wss://a:2',
      'docs       https://a:2/docs',
      'endpoints  /',
    ])
  })

  test('a Flow tells all its executors', () => {
    const alone = planOne({ name: 'a', uses: { kind: 'pass' } })
    const nodes = ['a', 'long', 'far', 'join'].map((name) => ({ ...alone.graph.nodes[0]!, name }))
    const plan = { ...alone, name: 'search', graph: { nodes, ends: ['join'] } }
    const addresses = [
      { host: 'box', port: 5, tls: true },
      { host: '::1', port: 6, tls: false },
      { host: 'unix:/run/a.sock', port: 0, tls: false },
    ]
    const members = new Map([
      ['a', of('a', 'A')],
      ['long', of('long', 'B', { shards: 2, replicas: 3 })],
      ['far', of('far', '', { uses: { kind: 'external', addresses } })],
    ])
    expect(
      clean(banner('gateway', { plan, members, listeners: [listener('grpc', 'h', 1)], endpoints: [] }, 1)),
    ).toEqual([
      'Flow search is ready in 1 ms',
      'gRPC       h:1',
      'executors  a     A',
      '           long  B, 2 shards of 3 replicas',
      '           far   grpcs://box:5 grpc://[::1]:6 unix:/run/a.sock',
      '           join  passes on',
      'endpoints  none',
    ])
  })
})
