/** What a class is, told by a worker that makes no executor. */
import { expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describeClass } from '../../lib/deployment/describe-class.ts'
import { broken, fixture, temporaryFolder } from '../helpers/xserve.ts'

test('endpoints of the class and those that the configuration binds', async () => {
  const facts = await describeClass([fixture('my_executor.ts')], null, { '/more': 'foo' }, {})
  expect(facts.className).toBe('MyExec')
  expect(facts.requests).toMatchObject({ '/more': 'foo' })
})

test('a binding to no method, a module that fails, and one that ends its process are told', async () => {
  await expect(describeClass([fixture('my_executor.ts')], null, { '/x': 'nothing' }, {})).rejects.toMatchObject({
    code: 'BAD_ENDPOINT',
  })
  await expect(describeClass([fixture('my_executor.ts')], 'Nobody', {}, {})).rejects.toMatchObject({
    code: 'NO_EXECUTOR',
  })
  using folder = temporaryFolder()
  const ends = path.join(folder.path, 'ends.ts')
  writeFileSync(ends, 'process.exit(5)\n')
  await expect(describeClass([ends], null, {}, {})).rejects.toThrow('with exit code 5')
  await expect(describeClass([broken('syntax-error.ts')], null, {}, {})).rejects.toMatchObject({
    code: 'MODULE_FAILED',
  })
})

test('its environment is that of the executor', async () => {
  using folder = temporaryFolder()
  const file = path.join(folder.path, 'named.ts')
  writeFileSync(
    file,
    "if (process.env.WANTED !== 'yes') throw new Error('not wanted')\nexport default () => undefined\n",
  )
  expect(await describeClass([file], null, {}, { WANTED: 'yes' })).toMatchObject({ className: expect.any(String) })
  await expect(describeClass([file], null, {}, {})).rejects.toThrow('not wanted')
})
