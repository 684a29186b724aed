/**
 * The recorded exports of Jina against the binary: each case is exported to Kubernetes and to Compose, and what comes out is
 * compared with its facts. `bun tests/exports.ts FOLDER BINARY`; ends with `N passed, N failed`.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const [recorded = '', binary = ''] = Bun.argv.slice(2)
const cases = path.join(recorded, 'cases')
if (!existsSync(cases)) {
  console.error(`${cases} is not there: EXPORTS=FOLDER names another place`)
  process.exit(1)
}

interface Input {
  readonly flow: string
  readonly k8s_namespace: string | null
  readonly network_name: string | null
  readonly include_gateway: boolean
  readonly environment: Readonly<Record<string, string>>
}

const CASE_MS = 60_000
const folder = mkdtempSync(path.join(tmpdir(), 'xserve-exports-'))
let [passed, failed] = [0, 0]
try {
  for (const name of readdirSync(cases).sort()) {
    const place = path.join(cases, name)
    const { input } = JSON.parse(readFileSync(path.join(place, 'facts.json'), 'utf8')) as { input: Input }
    for (const target of ['k8s', 'compose'] as const) {
      const out = path.join(folder, target === 'k8s' ? `${name}-k8s` : `${name}.yml`)
      const words = [
        ...(input.include_gateway ? [] : ['--no-include-gateway']),
        ...(target === 'k8s' && input.k8s_namespace ? ['--k8s-namespace', input.k8s_namespace] : []),
        ...(target === 'compose' && input.network_name ? ['--network-name', input.network_name] : []),
      ]
      const exported = Bun.spawnSync([binary, 'export', target, path.join(place, input.flow), out, ...words], {
        env: { ...process.env, ...input.environment },
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
