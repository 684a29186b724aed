/**
 * `make demo`: serves an executor with the compiled binary, calls it with the binary's own client, shows the answer and the
 * time to ready, stops it.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BINARY = process.argv[2] ?? 'dist/xserve'
const EXECUTOR = 'fixtures/executors/my_executor.ts'
const READY_MS = 15_000
const ANSWER_MS = 15_000

const folder = mkdtempSync(join(tmpdir(), 'xserve-demo-'))
const portFile = join(folder, 'port')
const started = performance.now()
const server = Bun.spawn([BINARY, 'run', EXECUTOR, '--port', '0', '--port-file', portFile], {
  stdio: ['ignore', 'inherit', 'inherit'],
})

/** The address, as soon as the server is ready: it writes the file then and not before. */
async function readyAddress(): Promise<string> {
  while (performance.now() - started < READY_MS && server.exitCode === null) {
    if (existsSync(portFile)) {
      const address = readFileSync(portFile, 'utf8').split('\n')[0]
      if (address) return address
    }
    await Bun.sleep(1)
  }
  throw new Error(server.exitCode === null ? `not ready within ${READY_MS} ms` : `ended with ${server.exitCode}`)
}

let failed = true
try {
  const address = await readyAddress()
  const readyMs = performance.now() - started
  const post = Bun.spawn([BINARY, 'post', address, '--text', 'hello', '--text', 'world'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: ANSWER_MS,
  })
  const lines = (await new Response(post.stdout).text()).trim().split('\n')
  const texts = lines.map((line) => (JSON.parse(line) as { text?: string }).text ?? '')
  console.log(`[${texts.map((text) => `'${text}'`).join(', ')}]`)
  console.log(`ready after ${readyMs.toFixed(0)} ms at ${address}`)
  failed = (await post.exited) !== 0 || texts[0] !== 'executed MyExec'
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : error}`)
} finally {
  server.kill('SIGTERM')
  const stopped = await Promise.race([server.exited, Bun.sleep(10_000)])
  if (stopped !== 0) {
    failed = true
    console.error(`demo: the server ended with ${stopped ?? 'nothing; killed'}`)
    server.kill('SIGKILL')
  }
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failed ? 1 : 0)
