/** Where an external executor runs: hosts and ports, each one or several, side by side (Jina facts §5.7). */
import { XserveError } from '../errors.ts'
import { resolveAddress } from '../wire/address.ts'
import type { ExecutorSpec } from './flow-spec.ts'
import type { Address } from './plan.ts'

/**
 * One host for several ports, one port for several hosts, or as many of one as of the other; each pair is a replica. A host
 * may hold its port and a scheme. Throws XserveError BAD_ARGUMENT.
 */
export function externalAddresses(name: string, spec: Pick<ExecutorSpec, 'host' | 'port' | 'tls'>): Address[] {
  const hosts = split(spec.host)
  const ports = split(spec.port)
  const count = Math.max(1, hosts.length, ports.length)
  if ((hosts.length > 1 && hosts.length < count) || (ports.length > 1 && ports.length < count)) {
    throw bad(
      name,
      `${hosts.length} hosts and ${ports.length} ports are no pairs`,
      'give as many of one as of the other',
    )
  }
  return Array.from({ length: count }, (_, index) => {
    const host = hosts[index] ?? hosts[0]
    const port = ports[index] ?? ports[0]
    if (spec.tls && /^(?:grpc|http|ws):\/\//i.test(host ?? '')) {
      throw bad(name, `${host} means plain text, and tls is true`, 'leave one out, or write grpcs://')
    }
    try {
      const { protocol: _, ...address } = resolveAddress({
        host: host ?? '127.0.0.1',
        ...(port === undefined ? {} : { port: numberOf(name, port) }),
        ...(spec.tls === undefined ? {} : { tls: spec.tls }),
      })
      return address
    } catch (error) {
      if (!(error instanceof XserveError) || error.details.where === name) throw error
      throw bad(name, error.message, error.details.hint)
    }
  })
}

function split(value: string | number | readonly (string | number)[] | undefined): string[] {
  return [value ?? []]
    .flat()
    .flatMap((one) => String(one).split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

function numberOf(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw bad(name, `its port is ${JSON.stringify(text)}`)
}

function bad(name: string, message: string, hint?: string): XserveError {
  return new XserveError('BAD_ARGUMENT', `${name}: ${message}`, {
    where: name,
    hint,
  })
}
