/** Metadata as HTTP headers. */
import { XserveError } from '../../errors.ts'

/** The same entries. Throws XserveError BAD_ARGUMENT for what cannot be sent. */
export function checkHeaders(entries: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(entries)) {
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value)) continue
    throw new XserveError('BAD_ARGUMENT', `metadata ${JSON.stringify(name)} cannot be sent`, {
      hint: 'names are letters, digits and _ - . , values are printable ASCII',
    })
  }
  return entries
}
