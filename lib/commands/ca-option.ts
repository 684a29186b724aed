/** `--ca FILE` of the commands that call a server. */
import { readFileSync } from 'node:fs'
import { XserveError } from '../errors.ts'
import type { Args, Option } from './arguments.ts'

export const CA_OPTION: Option = {
  name: 'ca',
  type: 'text',
  value: 'FILE',
  summary: "Encrypt, and trust the certificates of this PEM file instead of the system's",
}

/** The PEM text. Throws XserveError FILE_NOT_FOUND, BAD_ARGUMENT. */
export function readCa(args: Args): string | undefined {
  const path = args.text('ca')
  if (path === undefined) return undefined
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new XserveError('FILE_NOT_FOUND', `--ca ${path} cannot be read: ${why}`, { where: path, cause })
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new XserveError('BAD_ARGUMENT', `--ca ${path} holds no certificate in PEM form`, { where: path })
}
