/** The Flows that Jina was recorded to export, in a folder beside the checkout. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export interface RecordedExport {
  readonly name: string
  /** Folder with the Flow and the facts of its exports. */
  readonly place: string
  readonly flow: string
  readonly k8sNamespace: string | null
  readonly networkName: string | null
  readonly includeGateway: boolean
  readonly environment: Readonly<Record<string, string>>
  /** It is to be refused, not exported. */
  readonly isRefused: boolean
}

interface Facts {
  readonly expect: { readonly k8s: { readonly error?: string | null } }
  readonly input: {
    readonly flow: string
    readonly k8s_namespace: string | null
    readonly network_name: string | null
    readonly include_gateway: boolean
    readonly environment: Readonly<Record<string, string>>
  }
}

/** null: they are not there. */
export function recordedExports(folder: string): readonly RecordedExport[] | null {
  const cases = path.join(folder, 'cases')
  if (!existsSync(cases)) return null
  return readdirSync(cases)
    .sort()
    .map((name) => {
      const place = path.join(cases, name)
      const { input, expect } = JSON.parse(readFileSync(path.join(place, 'facts.json'), 'utf8')) as Facts
      return {
        name,
        place,
        flow: path.join(place, input.flow),
        k8sNamespace: input.k8s_namespace,
        networkName: input.network_name,
        includeGateway: input.include_gateway,
        environment: input.environment,
        isRefused: typeof expect.k8s.error === 'string',
      }
    })
}
