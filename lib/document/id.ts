/** Ids of documents and requests: 32 hex digits of 16 random bytes, as docarray makes them (Jina facts §1.8). */

/** Random bytes are fetched in bulk: a call for sixteen costs more than all the rest of an id. node:crypto would be slow to load. */
const POOL = 4096
const pool = Buffer.allocUnsafeSlow(POOL)
let used = POOL

export function newId(): string {
  if (used === POOL) {
    crypto.getRandomValues(pool)
    used = 0
  }
  return pool.toString('hex', used, (used += 16))
}
