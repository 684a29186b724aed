/** What of a plan is in its picture. */
import { expect, test } from 'bun:test'
import path from 'node:path'
import { END, pictureOf, START } from '../../../lib/export/flowchart/picture.ts'
import type { ExecutorSpec, FlowSpec } from '../../../lib/plan/flow-spec.ts'
import { planFlow } from '../../../lib/plan/plan-flow.ts'
import { FIXTURES } from '../../helpers/xserve.ts'
import { bare } from './random-picture.ts'

const draw = async (nodes: readonly ExecutorSpec[], spec: FlowSpec = {}) =>
  pictureOf(await planFlow(spec, nodes, { folder: path.join(FIXTURES, 'executors') }))

test('executors, what they are, and the ways between them', async () => {
  const { title, nodes, edges } = await draw(
    [
      { name: 'a', uses: 'my_executor.ts', shards: 3, replicas: 2, usesBefore: 'docker://acme/split:1' },
      { name: 'b', uses: 'docker://acme/encoder:3', needs: 'a', when: { text: { $exists: true } } },
      { name: 'c', external: true, host: 'elsewhere', port: 4000, needs: 'a' },
      { name: 'log', uses: 'my_executor.ts#MyExec', needs: 'a', floating: true },
      { name: 'joiner', needs: ['b', 'c'] },
    ],
    { name: 'search', protocol: ['grpc', 'http'] },
  )
  expect(title).toBe('search')
  const gateway = { kind: 'gateway', name: 'gateway' } as const
  expect(nodes.toSorted((one, other) => (one.id < other.id ? -1 : 1))).toEqual([
    bare('a', { uses: 'my_executor.ts', shards: 3, replicas: 2, before: 'acme/split:1' }),
    bare('b', { kind: 'image', uses: 'acme/encoder:3', when: 'text exists' }),
    bare('c', { kind: 'external', uses: 'elsewhere:4000' }),
    bare(START, { ...gateway, uses: 'grpc, http' }),
    bare(END, gateway),
    bare('joiner', { kind: 'pass' }),
    bare('log', { uses: 'MyExec · my_executor.ts', floating: true }),
  ])
  expect(nodes.map(({ id }) => id).at(0)).toBe(START)
  expect(nodes.map(({ id }) => id).at(-1)).toBe(END)
  expect(edges.map(({ from, to, floating }) => `${from} ${floating ? '⇢' : '→'} ${to}`).toSorted()).toEqual(
    ['gateway → a', 'a → b', 'a → c', 'a ⇢ log', 'b → joiner', 'c → joiner', 'joiner → gateway/end'].toSorted(),
  )
})

test('an executor elsewhere shows where, and how often', async () => {
  const drawn = async (host: string) => (await draw([{ name: 'a', external: true, host }])).nodes[1]!
  expect((await drawn('[::1]:1')).uses).toBe('[::1]:1')
  expect((await drawn('unix:/run/a.sock')).uses).toBe('unix:/run/a.sock')
  const { uses, shards, replicas } = await drawn('one:1,two:2,three:3')
  expect([uses, shards, replicas]).toEqual(['one:1 and 2 more', 1, 1])
})

test('a Flow whose executors all float answers with what it was asked', async () => {
  const { edges } = await draw([{ name: 'a', uses: 'my_executor.ts', floating: true }])
  expect(edges).toContainEqual({ from: START, to: END, floating: false })
})
