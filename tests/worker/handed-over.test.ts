/** Which class of a script its worker takes, and when it gives up. */
import { afterEach, expect, test } from 'bun:test'
import { XserveError } from '../../lib/errors.ts'
import { Executor } from '../../lib/executor/executor.ts'
import { handOver, receiveClasses, stopHere } from '../../lib/executor/handover.ts'
import { collectClasses, orHandedOver } from '../../lib/worker/handed-over.ts'
import type { UserModule } from '../../lib/worker/user-module.ts'

class A extends Executor {}
class B extends Executor {}
const FILE = '/script.ts'
const none = () => Promise.reject(new XserveError('NO_EXECUTOR', 'it exports nothing'))
const never = new Promise<UserModule>(() => {})

afterEach(() => receiveClasses(null))

const find = (loading: Promise<UserModule>, name: string | null, isOfScript = true, patienceMs = 30) => {
  const handed = collectClasses()
  return orHandedOver(loading, handed, FILE, name, { isOfScript, patienceMs })
}

test('the class of the name, also when another comes first and the script waits for a start', async () => {
  const found = find(never, 'B')
  handOver(A)
  void stopHere()
  handOver(B)
  expect(await found).toEqual({ executor: B, className: 'B' })
})

test('a script that has been loaded may hand it over later', async () => {
  const found = find(none(), 'B')
  await Bun.sleep(5)
  handOver(B)
  expect((await found).executor).toBe(B)
})

test('one that waits for a start and never comes to it is told of as that', async () => {
  const found = find(never, 'B')
  handOver(A)
  void stopHere()
  expect(found).rejects.toMatchObject({
    code: 'NO_EXECUTOR',
    message: '/script.ts waits for a start() and does not come to B behind it',
  })
  await found.catch(() => {})
})

test('one that is loaded and has none is told of as that; a module that is no script, at once', async () => {
  expect(await find(none(), 'B').catch(({ message }) => message)).toBe('it exports nothing')
  expect(await find(none(), 'B', false, 600_000).catch(({ message }) => message)).toBe('it exports nothing')
})

test('a script that takes long before its first start is waited for', async () => {
  const found = find(never, 'A')
  await Bun.sleep(60)
  handOver(A)
  expect((await found).executor).toBe(A)
})
