/** The image with this program, for gateways and for executors that only pass on. */
import { VERSION } from './version.ts'

/** What `xserve build gateway` calls it. */
export const PROGRAM_IMAGE = `xserve:${VERSION}`

/** Empty variables say nothing; the second is Jina's. */
export function programImage(given: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  return given ?? (env.XSERVE_IMAGE || env.JINA_GATEWAY_IMAGE || PROGRAM_IMAGE)
}
