/** What a server tells once it is ready: its name, an address for each protocol, its endpoints. */

import { addressOf, urlOf } from '../flow/address-of.ts'
import type { Member } from '../flow/members.ts'
import type { RunningFlow } from '../flow/supervisor.ts'
import { urlText } from '../wire/address.ts'
import type { Listener, Protocol } from '../wire/call.ts'
import { DRY_RUN_ENDPOINT } from '../wire/dry-run.ts'
import { paints, showsColours } from './colours.ts'

const LABELS: Readonly<Record<Protocol, string>> = { grpc: 'gRPC', http: 'HTTP', websocket: 'WebSocket' }
/** What of a running Flow is told. */
type Shown = Pick<RunningFlow, 'plan' | 'listeners' | 'members' | 'endpoints'>

export function banner(role: 'gateway' | 'executor', flow: Shown, ms: number): string {
  const { bold, dim } = paints(showsColours(process.stderr))
  const { listeners } = flow
  const endpoints = flow.endpoints.filter((name) => name !== DRY_RUN_ENDPOINT)
  const width = Math.max(...listeners.map((listener) => shownUrl(listener).length))
  const lines = listeners.map((listener) => {
    const { protocol, host } = listener
    const url = shownUrl(listener)
    const everywhere =
      host === '0.0.0.0' || host === '::' ? dim(`${' '.repeat(width - url.length)}  on all interfaces (${host})`) : ''
    return `  ${LABELS[protocol].padEnd(9)}  ${bold(url)}${everywhere}`
  })
  const docs = listeners
    .filter(({ protocol, port }) => protocol === 'http' && port !== 0)
    .map((one) => `  docs       ${urlOf(one)}/docs`)
  return [
    '',
    `  ${bold(`${subject(role, flow)}`)} ${dim(`in ${Math.round(ms)} ms`)}`,
    ...lines,
    ...docs,
    ...executors(flow),
    `  endpoints  ${endpoints.join('  ') || dim('none')}`,
    '',
    '',
  ].join('\n')
}

/** The same for machines. `ready_ms`: from the start of the program. */
export function readiness(flow: Shown, ms: number): Readonly<Record<string, unknown>> {
  return {
    event: 'ready',
    ready_ms: Math.round(ms),
    addresses: flow.listeners.map((listener) => ({ protocol: listener.protocol, url: urlOf(listener) })),
    executors: flow.plan.graph.nodes.map(({ name }) => name),
    endpoints: flow.endpoints,
  }
}

function subject(role: 'gateway' | 'executor', { plan, members }: Shown): string {
  const [only, ...others] = members.values()
  const isAlone = only !== undefined && others.length === 0 && plan.graph.nodes.length === 1 && !only.isRemote
  const name = only?.deployment.className ?? plan.deployments[0]?.name
  if (role === 'executor') return `${name} is ready, as a shared executor`
  if (isAlone && plan.name === null) return `${only.deployment.className} is ready`
  return `Flow${plan.name === null ? '' : ` ${plan.name}`} is ready`
}

/** One line each, with what is served there; of a single executor the heading says it all. */
function executors({ plan, members }: Shown): string[] {
  if (plan.graph.nodes.length === 1 && members.size === 1 && plan.name === null) return []
  const width = Math.max(...plan.graph.nodes.map(({ name }) => name.length))
  return plan.graph.nodes.map(({ name }, index) => {
    const member = members.get(name)
    return `  ${index === 0 ? 'executors' : '         '}  ${name.padEnd(width)}  ${member ? whatIs(member) : 'passes on'}`
  })
}

function whatIs({ plan, deployment }: Member): string {
  if (plan.uses.kind === 'external') {
    return plan.uses.addresses.map((address) => urlText({ protocol: 'grpc', ...address })).join(' ')
  }
  const times = [
    ...(plan.shards > 1 ? [`${plan.shards} shards`] : []),
    ...(plan.replicas > 1 ? [`${plan.replicas} replicas`] : []),
  ]
  return `${deployment.className}${times.length === 0 ? '' : `, ${times.join(' of ')}`}`
}

/** As clients take it; plain gRPC without a scheme, as everybody writes it. */
function shownUrl(listener: Listener): string {
  return listener.protocol === 'grpc' && !listener.tls ? addressOf(listener) : urlOf(listener)
}
