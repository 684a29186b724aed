/** A gateway alone as a plan: its options come from the table, what is wrong is told by their names on the command line. */
import { expect, test } from 'bun:test'
import { sentence } from '../../lib/config/problems.ts'
import { planFront } from '../../lib/plan/plan-front.ts'
import { fixture } from '../helpers/xserve.ts'

async function plan(given: Readonly<Record<string, unknown>>) {
  const warnings: string[] = []
  const front = await planFront(given, { folder: '/', warn: (warning) => warnings.push(sentence(warning)) })
  return { front, warnings }
}

test('options come into force; what does not is kept and told', async () => {
  const { front, warnings } = await plan({
    prefetch: 5,
    timeoutSend: 70,
    retries: 2,
    env: { A: 1 },
    monitoring: true,
    proxy: true,
  })
  expect(front).toMatchObject({
    prefetch: 5,
    timeoutSendMs: 70,
    retries: 2,
    env: { A: '1' },
    options: { monitoring: true },
  })
  expect(warnings).toEqual(['--monitoring: monitoring is accepted, and comes into force with a later version'])
})

test('a gateway of one’s own', async () => {
  const { front } = await plan({ uses: fixture('my_executor.ts'), protocol: ['http'], usesWith: { a: 1 } })
  expect(front).toMatchObject({ uses: { kind: 'module', className: null }, usesWith: { a: 1 } })
})

test('all that is wrong is told', async () => {
  await expect(plan({ prefetch: -1, uses: '/nowhere.ts' })).rejects.toThrow(
    /2 things are wrong:\n {2}--prefetch: .*\n {2}--uses: there is no file \/nowhere\.ts/,
  )
})
