/**
 * Runs the tests and ends with one line that says how they went, `N passed, N failed`: counts are read from the JUnit file,
 * a run that ends without one, or hangs, counts as failed. Arguments go to `bun test`.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'

/** Long beyond any honest run; a hang should be told while somebody still waits for it. */
const BUDGET_MS = Number(process.env.XSERVE_TEST_BUDGET_MS ?? 15 * 60_000)
const REPORT = 'dist/junit.xml'

interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The totals of a JUnit file; null when there is none or it says nothing. */
function readCounts(path: string): Counts | null {
  if (!existsSync(path)) return null
  const head = /<testsuites\b[^>]*>/.exec(readFileSync(path, 'utf8'))?.[0]
  if (head === undefined) return null
  const attribute = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(head)?.[1] ?? 0)
  const failed = attribute('failures') + attribute('errors')
  const skipped = attribute('skipped')
  return { passed: attribute('tests') - failed - skipped, failed, skipped }
}

mkdirSync('dist', { recursive: true })
rmSync(REPORT, { force: true })

// A process group of its own: whatever the tests have started ends with them.
const tests = Bun.spawn(
  [
    process.execPath,
    'test',
    '--timeout',
    '30000',
    '--reporter=junit',
    `--reporter-outfile=${REPORT}`,
    ...Bun.argv.slice(2),
  ],
  { stdio: ['ignore', 'inherit', 'inherit'], detached: true },
)
const endGroup = (signal: NodeJS.Signals) => {
  try {
    process.kill(-tests.pid, signal)
  } catch {
    // Nobody left in the group.
  }
}
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupted = true
    endGroup(signal)
  })
}
let late = false
const timer = setTimeout(() => {
  late = true
  endGroup('SIGKILL')
}, BUDGET_MS)
const code = await tests.exited
clearTimeout(timer)
endGroup('SIGKILL')

if (late) console.error(`the tests did not end within ${BUDGET_MS / 1000} s`)
const counts = readCounts(REPORT)
const passed = counts?.passed ?? 0
const skipped = counts?.skipped ?? 0
// A file that cannot be loaded fails the run without failing a test.
const failed = Math.max(counts?.failed ?? 0, code === 0 && counts !== null && !late ? 0 : 1)
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(interrupted ? 130 : failed > 0 || passed === 0 ? 1 : 0)
