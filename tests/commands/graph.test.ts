/** `xserve graph`: the drawing, the same for programs, and what is wrong with a Flow. */
import { expect, test } from 'bun:test'
import path from 'node:path'
import { speaksUnicode } from '../../lib/commands/graph.ts'
import { temporaryFolder, xserve } from '../helpers/xserve.ts'

const FLOW = `jtype: Flow
with: {name: search}
executors:
  - {name: a}
  - {name: b, needs: gateway, when: {tags__x: {$gt: 1}}}
  - {name: log, needs: a, floating: true}
  - {name: joiner, needs: [a, b]}
`

test('draws, in ASCII where that is asked for or all there is', async () => {
  using folder = temporaryFolder({ 'flow.yml': FLOW })
  const file = path.join(folder.path, 'flow.yml')
  const locale = { LC_ALL: 'C.UTF-8' }
  const drawn = await xserve(['graph', file], { env: locale })
  expect(drawn).toEqual({
    code: 0,
    stderr: '',
    stdout: `○      gateway  grpc
├─╮
◆ │    a
├─│─╮
│ │ ◆  log      floating
│ ◆    b        when tags.x > 1
├─╯
◆      joiner
○      gateway
`,
  })
  const ascii = await xserve(['graph', file, '--ascii'], { env: locale })
  expect(ascii.stdout).toStartWith('o      gateway  grpc\n+-.\n+ |    a\n')
  expect((await xserve(['graph', file], { env: { LC_ALL: 'POSIX' } })).stdout).toBe(ascii.stdout)
})

test('nodes and edges as JSON, with Jina’s names of the gateway', async () => {
  using folder = temporaryFolder({ 'flow.yml': FLOW })
  const { stdout } = await xserve(['graph', path.join(folder.path, 'flow.yml'), '--json'])
  const { name, nodes, edges } = JSON.parse(stdout)
  expect(name).toBe('search')
  expect(nodes.map(({ id }: { id: string }) => id)).toEqual(['start-gateway', 'a', 'b', 'log', 'joiner', 'end-gateway'])
  expect(nodes[2]).toEqual({
    id: 'b',
    kind: 'pass',
    uses: null,
    before: null,
    after: null,
    shards: 1,
    replicas: 1,
    floating: false,
    when: 'tags.x > 1',
  })
  expect(edges).toContainEqual({ from: 'joiner', to: 'end-gateway', floating: false })
  expect(edges).toContainEqual({ from: 'a', to: 'log', floating: true })
  expect(edges).toHaveLength(6)
})

test('a Flow that cannot be is told as `check` tells it', async () => {
  using folder = temporaryFolder({ 'flow.yml': FLOW.replace('[a, b]', '[a, nobody]') })
  const file = path.join(folder.path, 'flow.yml')
  const { code, stdout, stderr } = await xserve(['graph', file])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('flow.yml:7:20 executors[3].needs: joiner needs nobody')
  expect((await xserve(['graph'])).stderr).toContain('xserve graph flow.yml')
})

test.each([
  [{}, true],
  [{ LANG: '' }, true],
  [{ LANG: 'en_US.UTF-8' }, true],
  [{ LANG: 'de_DE.utf8' }, true],
  [{ LANG: 'C' }, false],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, false],
  [{ LANG: 'C', LC_CTYPE: 'C.UTF-8' }, true],
])('the locale %j speaks Unicode: %p', (env, speaks) => expect(speaksUnicode(env)).toBe(speaks))
