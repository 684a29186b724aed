/** Picks a replica: the ready one with the fewest calls under way; equals take turns. */
import type { Replica } from './replica.ts'

/** With nobody ready, one that is starting (calls wait for it), else any (its error is the caller's). */
export function createBalancer(replicas: readonly Replica[]): () => Replica {
  const [only] = replicas
  if (replicas.length === 1 && only) return () => only
  let turn = 0
  return () => {
    turn = (turn + 1) % replicas.length
    let best = replicas[turn]!
    for (let i = 1; i < replicas.length; i++) {
      const other = replicas[(turn + i) % replicas.length]!
      if (rank(other) < rank(best)) best = other
    }
    return best
  }
}

const NOT_READY = 1e9

function rank(replica: Replica): number {
  if (replica.state === 'ready') return replica.pending
  return replica.state === 'starting' ? NOT_READY : 2 * NOT_READY
}
