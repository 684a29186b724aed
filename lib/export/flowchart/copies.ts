/** What a deployment of several processes is drawn as: one line for each shard, or for each replica of the only one. */
import type { PictureNode } from './picture.ts'

/** More would be a wall; the last line tells how many are left out. */
const MOST = 6

/** In Jina's words for the processes: `shard-0`, `rep-1`. Empty for a single process. */
export function copiesOf({ shards, replicas }: PictureNode): readonly string[] {
  if (shards === 1 && replicas === 1) return []
  const [word, count] = shards > 1 ? ['shard', shards] : ['rep', replicas]
  const times = shards > 1 && replicas > 1 ? ` ×${replicas}` : ''
  const all = Array.from({ length: Math.min(count, MOST + 1) }, (_, at) => `${word}-${at}${times}`)
  return count <= MOST ? all : [...all.slice(0, MOST - 1), `… ${count - MOST + 1} more`]
}
