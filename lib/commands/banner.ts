/** What a server tells once it is ready: its name, an address for each protocol, its endpoints. */
import type { Served } from '../flow/serve.ts'
import type { Listener, Protocol } from '../wire/call.ts'

const LABELS: Readonly<Record<Protocol, string>> = { grpc: 'gRPC', http: 'HTTP', websocket: 'WebSocket' }
const SCHEMES: Readonly<Record<Protocol, string>> = { grpc: 'grpc', http: 'http', websocket: 'ws' }

/** `HOST:PORT` by which this machine reaches a listener. */
export function addressOf({ host, port }: Listener): string {
  return `${reachable(host)}:${port}`
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

export function banner(role: 'gateway' | 'executor', served: Served, ms: number): string {
  const colour = process.stderr.isTTY === true && !process.env.NO_COLOR
  const bold = (text: string) => (colour ? `\x1b[1m${text}\x1b[0m` : text)
  const dim = (text: string) => (colour ? `\x1b[2m${text}\x1b[0m` : text)
  const endpoints = served.endpoints.filter((name) => name !== '_jina_dry_run_')
  const what =
    role === 'gateway' ? `${served.className} is ready` : `${served.className} is ready, as a shared executor`
  const width = Math.max(...served.listeners.map((listener) => urlOf(listener).length))
  const lines = served.listeners.map((listener) => {
    const { protocol, host } = listener
    const url = urlOf(listener)
    const everywhere =
      host === '0.0.0.0' || host === '::' ? dim(`${' '.repeat(width - url.length)}  on all interfaces (${host})`) : ''
    return `  ${LABELS[protocol].padEnd(9)}  ${bold(url)}${everywhere}`
  })
  const docs = served.listeners
    .filter(({ protocol }) => protocol === 'http')
    .map((one) => `  docs       ${urlOf(one)}/docs`)
  return [
    '',
    `  ${bold(what)} ${dim(`in ${Math.round(ms)} ms`)}`,
    ...lines,
    ...docs,
    `  endpoints  ${endpoints.join('  ') || dim('none')}`,
    '',
    '',
  ].join('\n')
}

/** As clients take it; plain gRPC without a scheme, as everybody writes it. */
function urlOf(listener: Listener): string {
  const address = addressOf(listener)
  if (listener.protocol === 'grpc' && !listener.tls) return address
  return `${SCHEMES[listener.protocol]}${listener.tls ? 's' : ''}://${address}`
}
