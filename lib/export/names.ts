/** Names of what is deployed: those of Kubernetes objects and Compose services, which are host names (RFC 1123). */
import { XserveError } from '../errors.ts'

const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/
/** Of a part of a host name, and of a label's value. */
const LONGEST = 63

/** As Jina makes them: lower case, `_` and `/` become `-`. */
export function dnsName(name: string): string {
  return name.toLowerCase().replaceAll(/[_/]/g, '-')
}

/** Throws XserveError BAD_CONFIG for a name that cannot be one. */
export function workloadName(deployment: string, suffix = ''): string {
  const name = `${dnsName(deployment)}${suffix}`
  const why = whyNot(name)
  if (why === null) return name
  throw new XserveError('BAD_CONFIG', `executor ${JSON.stringify(deployment)} would be called ${name}, but ${why}`, {
    where: deployment,
    hint: 'give it a name of letters, digits and dashes: name: my-executor',
  })
}

/** A namespace that was asked for. Throws XserveError BAD_ARGUMENT. */
export function checkNamespace(given: string): string {
  const why = whyNot(given)
  if (why === null) return given
  const near = dnsName(given)
  throw new XserveError('BAD_ARGUMENT', `namespace ${JSON.stringify(given)} cannot be: ${why}`, {
    ...(whyNot(near) === null ? { hint: `for example ${near}` } : {}),
  })
}

function whyNot(name: string): string | null {
  if (name === '') return 'it is empty'
  if (name.length > LONGEST) return `a name has ${LONGEST} characters at most, not ${name.length}`
  return LABEL.test(name) ? null : 'a name has letters a-z, digits and dashes only, and no dash at an end'
}

/** Two executors may differ in what a host name does not have. Throws XserveError BAD_CONFIG. */
export function checkUnique(workloads: readonly { readonly name: string; readonly deployment: string }[]): void {
  const owners = new Map<string, string>()
  for (const { name, deployment } of workloads) {
    const owner = owners.get(name)
    if (owner !== undefined) {
      throw new XserveError('BAD_CONFIG', `${owner} and ${deployment} would both be called ${name}`, {
        where: deployment,
        hint: 'names differ in more than case, _ and -; behind a dash stand the numbers of shards and replicas',
      })
    }
    owners.set(name, deployment)
  }
}
