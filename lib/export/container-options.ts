/** Options that are for containers alone, from the plan's carried options: volumes, GPUs, secrets, CPU and memory. */
import { XserveError } from '../errors.ts'
import type { Gpus, SecretKey, Volume } from './workload.ts'

type Carried = Readonly<Record<string, unknown>>

/** Throws XserveError BAD_CONFIG for `gpus` that are none. */
export function gpusOf(name: string, options: Carried): Gpus | null {
  const given = options.gpus
  if (given === undefined || given === null || given === '') return null
  const text = String(given)
  if (text === 'all') return { count: 'all' }
  if (/^\d+$/.test(text)) return Number(text) === 0 ? null : { count: Number(text) }
  const ids = /^(?:device=)?["']?([\w-]+(?:,[\w-]+)*)["']?$/.exec(text)?.[1]
  if (ids !== undefined && (text.startsWith('device=') || ids.includes(','))) return { devices: ids.split(',') }
  throw new XserveError('BAD_CONFIG', `${name}: gpus is ${JSON.stringify(given)}`, {
    where: name,
    hint: 'a number, all, or device=0,2',
  })
}

/** `HOST:CONTAINER[:ro]`, or the container's path alone. Throws XserveError BAD_CONFIG. */
export function volumesOf(name: string, options: Carried): Volume[] {
  const volumes = ((options.volumes ?? []) as readonly unknown[]).map((given): Volume => {
    const parts = String(given).split(':')
    const [source, target, mode] = parts.length === 1 ? [null, parts[0]!] : parts
    if (parts.length > 3 || !target?.startsWith('/')) {
      throw new XserveError('BAD_CONFIG', `${name}: volume ${JSON.stringify(given)} has no path in the container`, {
        where: name,
        hint: 'write /folder/of/host:/folder/in/container',
      })
    }
    return { source: source ?? null, target, readOnly: mode?.split(',').includes('ro') ?? false }
  })
  const twice = volumes.find(({ target }, index) => volumes.findIndex((one) => one.target === target) !== index)
  if (twice) throw new XserveError('BAD_CONFIG', `${name}: two volumes are at ${twice.target}`, { where: name })
  return volumes
}

const VARIABLE = /^[-._A-Za-z][-._A-Za-z0-9]*$/

/** Names only: the value of a secret is never known here. Throws XserveError BAD_CONFIG. */
export function secretsOf(name: string, options: Carried): Readonly<Record<string, SecretKey>> {
  const given = Object.entries((options.env_from_secret ?? {}) as Carried)
  return Object.fromEntries(
    given.map(([variable, value]) => {
      const { name: secret, key } = (value ?? {}) as Partial<SecretKey>
      if (typeof secret !== 'string' || typeof key !== 'string' || secret === '' || key === '') {
        throw new XserveError('BAD_CONFIG', `${name}: env_from_secret ${variable} names no secret and key`, {
          where: name,
          hint: `${variable}: {name: my-secret, key: password}`,
        })
      }
      return [checkVariable(name, variable), { name: secret, key }]
    }),
  )
}

/** Throws XserveError BAD_CONFIG for a name that no container's environment takes. */
export function envOf(name: string, env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const variable of Object.keys(env)) checkVariable(name, variable)
  return env
}

function checkVariable(name: string, variable: string): string {
  if (VARIABLE.test(variable)) return variable
  throw new XserveError('BAD_CONFIG', `${name}: ${JSON.stringify(variable)} cannot be a variable of the environment`, {
    where: name,
  })
}

/** Of `entrypoint`: words, as a shell would tell them apart. */
export function wordsOf(text: string): string[] {
  const words: string[] = []
  for (const [, double, single, plain] of text.matchAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|(\S+)/g)) {
    words.push(double?.replaceAll(/\\(.)/g, '$1') ?? single ?? plain!)
  }
  return words
}
