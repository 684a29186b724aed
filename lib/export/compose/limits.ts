/** CPU and memory as Kubernetes writes them, in Compose's words. */
import { XserveError } from '../../errors.ts'

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

/** Only limits: what is asked for at least has no meaning on one machine. Throws XserveError BAD_CONFIG. */
export function limitsOf(resources: Readonly<Record<string, unknown>>): { cpus?: string; memory?: string } | null {
  const { cpu, memory } = (resources.limits ?? {}) as { cpu?: unknown; memory?: unknown }
  if (cpu === undefined && memory === undefined) return null
  return {
    ...(cpu === undefined ? {} : { cpus: String(cpusOf(String(cpu))) }),
    ...(memory === undefined ? {} : { memory: `${bytesOf(String(memory))}b` }),
  }
}

function cpusOf(text: string): number {
  const [, number, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text) ?? []
  if (number === undefined) throw refused('cpu', text, '500m or 0.5')
  return milli === 'm' ? Number(number) / 1000 : Number(number)
}

function bytesOf(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text) ?? []
  const factor = UNITS[unit]
  if (number === undefined || factor === undefined) throw refused('memory', text, '512Mi or 1G')
  return Math.ceil(Number(number) * factor)
}

const refused = (what: string, text: string, example: string): XserveError =>
  new XserveError('BAD_CONFIG', `resources: ${what} is ${JSON.stringify(text)}`, { hint: `for example ${example}` })
