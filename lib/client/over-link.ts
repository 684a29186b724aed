/** A client of the Flow that a worker is part of. */
import { XserveError } from '../errors.ts'
import type { Link } from '../link/link.ts'
import { Client, Connected } from './client.ts'
import { createLinkConnection } from './protocols/link.ts'

/**
 * `link` null: there is no Flow, as in a unit test of a gateway; throws XserveError BAD_ARGUMENT.
 *
 * @public It is loaded by `require`, at first use.
 */
export function clientOver(link: Link | null): Client {
  if (link !== null) return new Client(new Connected(createLinkConnection(link)))
  throw new XserveError('BAD_ARGUMENT', 'this gateway stands in front of no Flow', {
    hint: 'it has one where a Flow serves it; a test can hand fetch() a flow of its own',
  })
}
