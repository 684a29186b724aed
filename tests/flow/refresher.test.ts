import { expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Deployment } from '../../lib/deployment/deployment.ts'
import { XserveError } from '../../lib/errors.ts'
import { createRefresher } from '../../lib/flow/refresher.ts'
import { createLogger } from '../../lib/log.ts'
import type { DeploymentPlan } from '../../lib/plan/plan.ts'
import { until } from '../helpers/until.ts'
import { temporaryFolder } from '../helpers/xserve.ts'

/** An executor whose exchanges go as they are told to, one after the other; further ones go well. */
function live(outcomes: readonly (XserveError | null)[], isServing = true) {
  const folder = temporaryFolder({ 'code.ts': '1' })
  const file = path.join(folder.path, 'code.ts')
  const failures = new Map<string, XserveError>()
  const lines: string[] = []
  let exchanges = 0
  const deployment = {
    modules: [file],
    pods: [],
    isServing,
    replace() {
      const error = outcomes[exchanges++] ?? null
      return error === null ? Promise.resolve() : Promise.reject(error)
    },
  } as unknown as Deployment
  const plan = { name: 'a', reload: true, uses: { kind: 'module', modules: [file] } } as unknown as DeploymentPlan
  const log = createLogger('test', { write: (line) => lines.push(line) })
  // What the file was made with is no change of it.
  const startedMs = Number.POSITIVE_INFINITY
  const refresher = createRefresher(plan, deployment, { log, drainMs: 0, startedMs, failures })
  return {
    failures,
    save: (text: string) => writeFileSync(file, text),
    told: (text: string) => until(() => lines.some((line) => line.includes(text))),
    lines,
    exchanges: () => exchanges,
    [Symbol.dispose]() {
      refresher.close()
      folder[Symbol.dispose]()
    },
  }
}

const givenUp = new XserveError('DRAINING', 'a/rep-0 is being stopped')
const broken = new XserveError('MODULE_FAILED', 'no such thing')

test('an exchange that another one made useless, and that was given up itself, is made again', async () => {
  using code = live([givenUp, givenUp])
  code.save('2')
  await code.told('serves the new code')
  expect(code.exchanges()).toBe(3)
  expect([...code.failures]).toEqual([])
  expect(code.lines.filter((line) => line.includes('ERROR'))).toEqual([])
})

test('code that does not load is told as failing until other code does', async () => {
  using code = live([broken])
  code.save('2')
  await code.told('the change was not taken')
  expect(code.failures.get('a')).toBe(broken)
  code.save('3')
  await code.told('serves the new code')
  expect([...code.failures]).toEqual([])
})

test('an executor that is being stopped is not exchanged again', async () => {
  using stopping = live([givenUp], false)
  using other = live([broken])
  stopping.save('2')
  await until(() => stopping.exchanges() === 1)
  other.save('2')
  // This one was begun later, and is patient just as long.
  await other.told('the change was not taken')
  expect(stopping.exchanges()).toBe(1)
  expect([...stopping.failures]).toEqual([])
})
