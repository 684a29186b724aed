/** Output that cannot be written, or that nobody reads, is no reason to serve any worse. */
import { expect, test } from 'bun:test'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { caller, texts } from '../helpers/grpc.ts'
import { until } from '../helpers/until.ts'
import { COMMAND, temporaryFolder } from '../helpers/xserve.ts'

const EXECUTOR = `import { type DocumentArray, Executor, requests } from 'xserve'
export default class Loud extends Executor {
  @requests()
  print({ docs }: { docs: DocumentArray }) {
    for (let i = 0; i < 1000; i++) console.log('x'.repeat(1000))
    for (const doc of docs) doc.text = 'printed'
  }
  @requests({ on: '/throw' })
  fails() {
    void Promise.reject(new Error('nobody waits'))
  }
}
`

const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024

/** With both outputs where they are told to go; stopped and ended by SIGTERM in the end. */
async function printing(output: number, body: (address: string, pid: number) => Promise<void>): Promise<void> {
  using folder = temporaryFolder({ 'loud.ts': EXECUTOR })
  const portFile = path.join(folder.path, 'port')
  const child = Bun.spawn(
    [...COMMAND, 'run', path.join(folder.path, 'loud.ts'), '--port', '0', '--port-file', portFile],
    { stdin: 'ignore', stdout: output, stderr: output },
  )
  try {
    await until(() => existsSync(portFile))
    await body(readFileSync(portFile, 'utf8').trim(), child.pid)
    child.kill('SIGTERM')
    expect(await child.exited).toBe(0)
  } finally {
    child.kill('SIGKILL')
  }
}

/** A file that is open as long as the test. */
async function opened(file: string, flags: string, test: (fd: number) => Promise<void>): Promise<void> {
  const fd = openSync(file, flags)
  try {
    await test(fd)
  } finally {
    closeSync(fd)
  }
}

test.skipIf(!existsSync('/dev/full'))('a full disk under its log', () =>
  opened('/dev/full', 'w', (full) =>
    printing(full, async (address) => {
      using call = caller(address)
      for (let i = 0; i < 5; i++) {
        await call.post('/throw', [{ id: 'a' }])
        expect(texts(await call.post('/', [{ id: 'a' }]))).toEqual(['printed'])
      }
    }),
  ),
)

test('a pipe that nobody reads: calls are answered, and what waits there stays small', async () => {
  using folder = temporaryFolder()
  const pipe = path.join(folder.path, 'pipe')
  Bun.spawnSync(['mkfifo', pipe])
  await opened(pipe, 'r+', (unread) =>
    printing(unread, async (address, pid) => {
      using call = caller(address)
      const print = async (times: number) => {
        for (let i = 0; i < times; i++) expect(texts(await call.post('/', [{ id: 'a' }]))).toEqual(['printed'])
      }
      await print(20)
      const before = residentBytes(pid)
      // 200 MB.
      await print(200)
      expect(residentBytes(pid) - before).toBeLessThan(100_000_000)
    }),
  )
}, 60_000)
