/** What containers have in every format of an export. */
import type { TlsFiles } from '../plan/plan.ts'
import type { Workload } from './workload.ts'

/** Where the gateway's certificate is. */
export const TLS_FOLDER = '/etc/xserve/tls'
export const TLS_INSIDE: Required<TlsFiles> = {
  certificateFile: `${TLS_FOLDER}/tls.crt`,
  keyFile: `${TLS_FOLDER}/tls.key`,
  callersFile: `${TLS_FOLDER}/ca.crt`,
}

/** Seconds beyond the time that calls have: a moment to come to an end. */
export const END_SECONDS = 5

/** Seconds that an answer about health may take: Python executors answer late while they compute. */
export const PATIENCE_SECONDS = 10

/** Whether what it keeps lies on a volume, or it keeps nothing. */
export function isKept({ volumes, workspace }: Pick<Workload, 'volumes' | 'workspace'>): boolean {
  return workspace === null || volumes.some(({ target }) => workspace === target || workspace.startsWith(`${target}/`))
}
