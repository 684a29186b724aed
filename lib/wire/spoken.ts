/** What a caller speaks who sends no documents: the dialect of those that came before on the same connection. */
import { dialectOfData } from '../document/data-content.ts'
import type { DialectName } from '../document/dialect.ts'
import type { Envelope } from './envelope.ts'

/** The memory of one connection. */
export interface Spoken {
  /** Marks the request with the dialect of its documents, else with that of the last request that had some. */
  hear(request: Envelope): void
}

/** More connections than that are not told apart: the one heard first is forgotten. */
const MOST_PEERS = 4096

export function createSpoken(): Spoken {
  let last: DialectName | undefined
  return {
    hear(request) {
      last = request.dialect ?? dialectOfData(request.data) ?? last
      request.dialect = last
    },
  }
}

/** Memories of connections by the address of the caller, where nothing else tells which one a call came on. */
export function createSpokenByPeer(): (peer: string) => Spoken {
  const known = new Map<string, Spoken>()
  return (peer) => {
    let spoken = known.get(peer)
    if (spoken === undefined) {
      if (known.size >= MOST_PEERS) known.delete(known.keys().next().value!)
      spoken = createSpoken()
      known.set(peer, spoken)
    }
    return spoken
  }
}
