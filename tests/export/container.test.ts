import { expect, test } from 'bun:test'
import { isKept } from '../../lib/export/container.ts'

test('a workspace is kept where a volume holds it', () => {
  const volumes = [{ source: null, target: '/data', readOnly: false }]
  const kept = [null, '/data', '/data/a', '/database', '/'].map((workspace) => isKept({ volumes, workspace }))
  expect(kept).toEqual([true, true, true, false, false])
})
