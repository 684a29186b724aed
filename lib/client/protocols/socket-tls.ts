/** What a caller shows and trusts, for sockets and fetch. */
import type { CallerTls } from '../../wire/call.ts'

/** As the sockets of Bun and Node want it; what is not given must not be there. */
export function socketTls({ ca, certificate, key }: CallerTls): { ca?: string; cert?: string; key?: string } {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
  }
}
