/** The image with this program, for gateways and for executors that only pass on. */
import { VERSION } from './version.ts'

/** What `xserve build gateway` calls it. */
export const PROGRAM_IMAGE = `xserve:${VERSION}`

/** It is in no registry: whoever exports has to make it, or name another. */
export function tellOfProgramImage(image: string, warn: (message: string) => void): void {
  if (image === PROGRAM_IMAGE)
    warn(`the image of the gateway is ${image}: xserve build gateway makes it, and XSERVE_IMAGE names another`)
}

/** Empty variables say nothing; the second is Jina's. */
export function programImage(given: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  return given ?? (env.XSERVE_IMAGE || env.JINA_GATEWAY_IMAGE || PROGRAM_IMAGE)
}
