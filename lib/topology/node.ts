/** A node of the graph as the router sees it. */
import type { CallHandler } from '../wire/call.ts'

export interface Node extends CallHandler {
  readonly name: string
  /** Whether the node has a method for the endpoint, its default one included. */
  has(endpoint: string): boolean
  /** Those of its endpoints that stream, when it is known; left out: none that we know of. */
  readonly streams?: readonly string[]
  /** All of its endpoints, when they are known. */
  readonly endpoints?: readonly string[]
}
