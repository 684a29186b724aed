/**
 * Executors in containers of this machine. The engine is a stand-in that takes the same arguments, and runs the image's name as
 * an executor's file at the published port; a real engine is asked by `make cluster`.
 */

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { until } from '../helpers/until.ts'
import { startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'

const BINARY = path.resolve(process.env.XSERVE_BINARY ?? 'dist/xserve')
const ENGINE = `#!/bin/bash
folder="$(dirname "$0")/.."
if [ "$1" = kill ]; then kill -9 "$(cat "$folder/$2.pid")" 2>/dev/null; exit 0; fi
echo "$@" >> "$folder/calls"
shift
while [ $# -gt 0 ]; do
  case "$1" in
    --rm) ;;
    --publish) port="\${2#127.0.0.1:}"; port="\${port%%:*}"; shift ;;
    --name) name="$2"; shift ;;
    --env) export "\${2?}"; shift ;;
    --*) shift ;;
    *) image="$1"; shift; break ;;
  esac
  shift
done
echo $$ > "$folder/$name.pid"
[ -e "$folder/$image.ts" ] || { printf 'no such \\033[31mimage\\033[0m: %s\\n' "$image" >&2; exit 125; }
args=()
while [ $# -gt 0 ]; do
  case "$1" in
    executor|--native) ;;
    --port) args+=(--port "$port"); shift ;;
    --uses) shift ;;
    *) args+=("$1") ;;
  esac
  shift
done
exec ${BINARY} executor "$folder/$image.ts" "\${args[@]}"
`
const EXECUTOR = `import { type DocumentArray, Executor, requests } from 'xserve'
export default class Boxed extends Executor {
  greeting: string
  constructor({ greeting = '' }: { greeting?: string } = {}) { super(); this.greeting = greeting }
  @requests()
  tell({ docs }: { docs: DocumentArray }) { for (const doc of docs) doc.text = [this.greeting, process.env.WORD, this.runtimeArgs.name, process.ppid].join(' ') }
}
`
const folder = temporaryFolder({ 'bin/docker': ENGINE, 'boxed.ts': EXECUTOR })
beforeAll(() => chmodSync(path.join(folder.path, 'bin/docker'), 0o755))
afterAll(() => folder[Symbol.dispose]())
const env = { PATH: `${path.join(folder.path, 'bin')}:${process.env.PATH}` }
const flowOf = (executor: string) => {
  const file = path.join(folder.path, 'flow.yml')
  writeFileSync(file, `jtype: Flow\nexecutors:\n  - {${executor}}\n`)
  return file
}
const isThere = (pid: number) => existsSync(`/proc/${pid}`)

test('options go with it, replicas share the calls, one that ends is started again at its place, all end with the Flow', async () => {
  const file = flowOf(
    "name: boxed, uses: 'docker://boxed', uses_with: {greeting: moin}, env: {WORD: x y}, replicas: 2, volumes: ['/data:/data:ro'], gpus: device=0",
  )
  const server = await startServer('flow', [file], { env })
  using client = new Client(server.address)
  const ask = async () => {
    const [text] = (await client.post('/', [{}])).texts
    const [, pod, pid] = /^moin x y (\S+) (\d+)$/.exec(text!) ?? []
    return { pod: pod!, pid: Number(pid) }
  }
  const seen = new Map<string, number>()
  while (seen.size < 2) {
    const { pid } = await ask()
    seen.set(`${pid}`, pid)
  }
  const calls = readFileSync(path.join(folder.path, 'calls'), 'utf8')
  expect(calls).toContain(
    '--env WORD=x y --volume /data:/data:ro --gpus "device=0" --entrypoint jina boxed executor --name boxed',
  )
  const [victim] = seen.values()
  process.kill(victim!, 'SIGKILL')
  await server.seen(/boxed\/rep-\d: the container of boxed ended with .*it is started again/)
  const after = new Set<number>()
  while (after.size < 2) {
    const { pid } = await ask()
    expect(pid).not.toBe(victim!)
    after.add(pid)
  }
  expect(await server.stop()).toBe(0)
  expect([...after].filter(isThere)).toEqual([])
})

test('what does not start is told with what it said, and nothing is left', async () => {
  const done = await xserve(['flow', flowOf("name: boxed, uses: 'docker://nowhere'")], { env })
  expect([done.code, done.stderr]).toEqual([1, expect.stringContaining('[START_FAILED]')])
  expect(done.stderr).toContain('no such image: nowhere')
})

test('the parent killed: the containers end', async () => {
  const server = await startServer('flow', [flowOf("name: boxed, uses: 'docker://boxed'")], { env })
  using client = new Client(server.address)
  const pid = Number((await client.post('/', [{}])).texts[0]!.split(' ').at(-1))
  expect(isThere(pid)).toBe(true)
  server.signal('SIGKILL')
  await server.exited
  await until(() => !isThere(pid))
})

test('without an engine it says what to do', async () => {
  const done = await xserve(['flow', flowOf("name: boxed, uses: 'docker://boxed'")], { env: { PATH: '/nowhere' } })
  expect([done.code, done.stderr]).toEqual([2, expect.stringContaining('neither docker nor podman is there')])
})
