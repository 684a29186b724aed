/** What is deployed of a Flow, before any format: equal containers with one name. */
import type { TlsFiles } from '../plan/plan.ts'
import type { Protocol } from '../wire/call.ts'
import type { Image } from './images.ts'

export interface Workload {
  /** A host name: of the Service or of the container. */
  readonly name: string
  /** The executor as the Flow calls it; `gateway`. */
  readonly deployment: string
  readonly role: 'executor' | 'gateway'
  /** null: it is no shard. */
  readonly shard: number | null
  readonly image: Image
  /** The program with its first words: `jina`, `executor`, …; then the rest. */
  readonly command: readonly string[]
  readonly args: readonly string[]
  /** At least one; the first is the one that is asked for health. */
  readonly ports: readonly { readonly protocol: Protocol; readonly port: number }[]
  /** null: no metrics. */
  readonly monitoringPort: number | null
  readonly replicas: number
  readonly env: Readonly<Record<string, string>>
  /** Variable → key of a secret. */
  readonly secrets: Readonly<Record<string, SecretKey>>
  readonly pullSecrets: readonly string[]
  readonly gpus: Gpus | null
  readonly volumes: readonly Volume[]
  /** Where it keeps files, if that is told: absolute in the container, or relative to the image's folder. */
  readonly workspace: string | null
  /** CPU and memory, as Kubernetes writes them. */
  readonly resources: Readonly<Record<string, unknown>>
  readonly nodeSelector: Readonly<Record<string, string>>
  /** Milliseconds from start to ready; -1 = for ever. */
  readonly timeoutReadyMs: number
  /** Milliseconds that calls may take at the end. */
  readonly shutdownMs: number
  /** Its ports speak TLS, by these files of the exporting machine; absolute. */
  readonly tls: TlsFiles | null
  /** Replicas have names that stay. */
  readonly stateful: boolean
}

export interface SecretKey {
  readonly name: string
  readonly key: string
}

/** `devices`: their numbers. */
export type Gpus = { readonly count: number | 'all' } | { readonly devices: readonly string[] }

export interface Volume {
  /** Folder of the host, or a volume's name; null: any place. */
  readonly source: string | null
  /** Absolute path in the container. */
  readonly target: string
  readonly readOnly: boolean
}
