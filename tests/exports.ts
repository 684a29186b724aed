/**
 * The recorded exports of Jina against the binary: each case is exported to Kubernetes and to Compose, and what comes out is
 * compared with its facts. `bun tests/exports.ts FOLDER BINARY`; ends with `N passed, N failed`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { recordedExports } from './helpers/recorded-exports.ts'

const [recorded = '', binary = ''] = Bun.argv.slice(2)
const cases = recordedExports(recorded)
if (cases === null) {
  console.error(`${recorded}/cases is not there: EXPORTS=FOLDER names another place`)
  process.exit(1)
}

const CASE_MS = 60_000
const folder = mkdtempSync(path.join(tmpdir(), 'xserve-exports-'))
let [passed, failed] = [0, 0]
try {
  for (const { name, place, flow, k8sNamespace, networkName, includeGateway, environment } of cases) {
    for (const target of ['k8s', 'compose'] as const) {
      const out = path.join(folder, target === 'k8s' ? `${name}-k8s` : `${name}.yml`)
      const words = [
        ...(includeGateway ? [] : ['--no-include-gateway']),
        ...(target === 'k8s' && k8sNamespace ? ['--k8s-namespace', k8sNamespace] : []),
        ...(target === 'compose' && networkName ? ['--network-name', networkName] : []),
      ]
      const exported = Bun.spawnSync([binary, 'export', target, flow, out, ...words], {
        env: { ...process.env, ...environment },
        timeout: CASE_MS,
      })
      const checked = Bun.spawnSync(['python3', path.join(recorded, 'check_export.py'), target, place, out], {
        timeout: CASE_MS,
      })
      const said = checked.stdout.toString()
      const [, good, bad] = /^(\d+) passed, (\d+) failed$/m.exec(said) ?? []
      passed += Number(good ?? 0)
      failed += Number(bad ?? 1)
      if (good === undefined || bad !== '0') {
        console.log(`${name} ${target}\n${said}${checked.stderr}${exported.stderr}`)
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
