/**
 * `make h2spec`: the conformance tests of HTTP/2 (h2spec, whose path is the argument) against the program's gRPC port, plain and
 * behind TLS. Ends with a line `N passed, N failed`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeCertificate } from './helpers/certificate.ts'
import { fixture, startServer } from './helpers/xserve.ts'

const H2SPEC = process.argv[2] ?? 'h2spec'
const SECONDS = 120

const folder = mkdtempSync(path.join(tmpdir(), 'xserve-h2spec-'))
const { certificate, key } = makeCertificate(folder)
let passed = 0
let failed = 0

async function run(name: string, serving: readonly string[], options: readonly string[]): Promise<void> {
  const server = await startServer('run', [fixture('my_executor.ts'), '--host', '127.0.0.1', ...serving])
  const h2spec = Bun.spawn([H2SPEC, '-h', '127.0.0.1', '-p', String(server.port), ...options], {
    stdout: 'pipe',
    stderr: 'inherit',
    timeout: SECONDS * 1000,
  })
  const text = await new Response(h2spec.stdout).text()
  await h2spec.exited
  await server.stop()
  const counts = /(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed/.exec(text)
  const [all, good] = [Number(counts?.[1] ?? 0), Number(counts?.[2] ?? 0)]
  console.log(`${name}: ${counts?.[0] ?? 'h2spec did not end'}`)
  // What is skipped has not been shown.
  if (good < all || counts === null) console.log(text.slice(text.indexOf('Failures:')))
  passed += good
  failed += counts === null ? 1 : all - good
}

try {
  await run('plain', [], [])
  await run('TLS', ['--ssl-certfile', certificate, '--ssl-keyfile', key], ['-t', '-k'])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
