/** Processes of a deployment, as they are drawn. */
import { expect, test } from 'bun:test'
import { copiesOf } from '../../../lib/export/flowchart/copies.ts'
import { bare } from './random-picture.ts'

test.each<[shards: number, replicas: number, drawn: readonly string[]]>([
  [1, 1, []],
  [1, 2, ['rep-0', 'rep-1']],
  [2, 3, ['shard-0 ×3', 'shard-1 ×3']],
  [6, 1, ['shard-0', 'shard-1', 'shard-2', 'shard-3', 'shard-4', 'shard-5']],
  [7, 1, ['shard-0', 'shard-1', 'shard-2', 'shard-3', 'shard-4', '… 2 more']],
  [1, 1000, ['rep-0', 'rep-1', 'rep-2', 'rep-3', 'rep-4', '… 995 more']],
])('%i shards of %i replicas', (shards, replicas, drawn) => {
  expect(copiesOf(bare('a', { shards, replicas }))).toEqual(drawn)
})
