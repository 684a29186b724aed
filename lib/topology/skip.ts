/** Whether a request passes a node by: it is not meant, or it has no method for the endpoint (Jina facts §5.4). */
import { DEFAULT_ENDPOINT } from '../wire/default-endpoint.ts'
import type { Envelope } from '../wire/envelope.ts'
import { matchesTarget } from '../wire/target.ts'
import type { Node } from './node.ts'

/** `node` null: it passes everything on, so it has every endpoint. Throws XserveError BAD_TARGET. */
export function skips(name: string, node: Node | null, request: Envelope): boolean {
  return (
    !matchesTarget(request.targetExecutor, name) || !(node === null || node.has(request.endpoint || DEFAULT_ENDPOINT))
  )
}
