/** What a server shows of itself, and whom it lets in: `--ssl-certfile`, `--ssl-keyfile`, `--ssl-ca-certs`. */
import { XserveError } from '../errors.ts'
import type { GatewayPlan } from '../plan/plan.ts'
import type { Args, Option } from './arguments.ts'
import { fromTable } from './table-options.ts'

export const SERVER_TLS_OPTIONS: readonly Option[] = fromTable('gateway', [
  'ssl_certfile',
  'ssl_keyfile',
  'ssl_ca_certs',
]).map((option) => ({ ...option, check: readServerTls }))

/** null: no TLS. Throws XserveError BAD_ARGUMENT. */
export function readServerTls(args: Args): GatewayPlan['tls'] {
  const certificateFile = args.text('ssl-certfile')
  const keyFile = args.text('ssl-keyfile')
  const callersFile = args.text('ssl-ca-certs')
  if (certificateFile !== undefined && keyFile !== undefined)
    return { certificateFile, keyFile, ...(callersFile === undefined ? {} : { callersFile }) }
  const none = certificateFile === undefined && keyFile === undefined
  if (none && callersFile === undefined) return null
  const [given, missing] = none
    ? ['ca-certs', 'certfile']
    : keyFile === undefined
      ? ['certfile', 'keyfile']
      : ['keyfile', 'certfile']
  throw new XserveError('BAD_ARGUMENT', `--ssl-${given} is given without --ssl-${missing}`, {
    hint: 'TLS needs the certificate and its private key',
  })
}
