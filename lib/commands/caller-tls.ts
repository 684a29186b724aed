/** Whom the commands that call a server trust, and what they show of themselves: `--ca`, `--cert` and `--key`. */
import { readFileSync } from 'node:fs'
import { whyUnreadable } from '../config/unreadable.ts'
import { XserveError } from '../errors.ts'
import type { CallerTls } from '../wire/call.ts'
import type { Args, Option } from './arguments.ts'

export const CALLER_TLS_OPTIONS: readonly Option[] = [
  {
    name: 'ca',
    type: 'text',
    value: 'FILE',
    summary: "Encrypt, and trust the certificates of this PEM file instead of the system's",
    check: readCallerTls,
  },
  {
    name: 'cert',
    type: 'text',
    value: 'FILE',
    summary: 'Encrypt, and show this certificate (PEM) to the server',
    check: readCallerTls,
  },
  { name: 'key', type: 'text', value: 'FILE', summary: 'Private key of --cert (PEM)', check: readCallerTls },
]

/** undefined: none of them is given. Throws XserveError FILE_NOT_FOUND, BAD_ARGUMENT. */
export function readCallerTls(args: Args): CallerTls | undefined {
  const [ca, certificate] = [read(args, 'ca', 'CERTIFICATE'), read(args, 'cert', 'CERTIFICATE')]
  const key = read(args, 'key', 'PRIVATE KEY')
  if ((certificate === undefined) !== (key === undefined)) {
    const [given, missing] = key === undefined ? ['cert', 'key'] : ['key', 'cert']
    throw new XserveError('BAD_ARGUMENT', `--${given} is given without --${missing}`, {
      hint: 'a certificate is shown with its private key',
    })
  }
  return ca === undefined && certificate === undefined ? undefined : { ca, certificate, key }
}

function read(args: Args, option: string, kind: 'CERTIFICATE' | 'PRIVATE KEY'): string | undefined {
  const path = args.text(option)
  if (path === undefined) return undefined
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const why = whyUnreadable(path, cause)
    throw new XserveError('FILE_NOT_FOUND', `--${option} ${path} cannot be read: ${why}`, { where: path, cause })
  }
  if (new RegExp(`-----BEGIN (?:[A-Z]+ )*${kind}-----`).test(text)) return text
  throw new XserveError('BAD_ARGUMENT', `--${option} ${path} holds no ${kind.toLowerCase()} in PEM form`, {
    where: path,
  })
}
