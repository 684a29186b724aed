/** `xserve export schema`: the schema on stdout or in a file. */

import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { configSchema } from '../../lib/config/json-schema.ts'
import { temporaryFolder, xserve } from '../helpers/xserve.ts'

test('to stdout, to a file, and under Jina’s name of the option', async () => {
  using folder = temporaryFolder()
  const [file, other] = [path.join(folder.path, 'schema.json'), path.join(folder.path, 'other.json')]
  const told = await xserve(['export', 'schema'])
  expect([told.code, JSON.parse(told.stdout)]).toEqual([0, configSchema()])
  expect(await xserve(['export', 'schema', file])).toEqual({ code: 0, stdout: '', stderr: '' })
  expect((await xserve(['export', 'schema', '--schema-path', other])).code).toBe(0)
  expect([file, other].map((one) => readFileSync(one, 'utf8'))).toEqual([told.stdout, told.stdout])
})

// Public case 34.
test('what cannot be exported or written is told', async () => {
  const typo = await xserve(['export', 'shema'])
  expect([typo.code, typo.stderr]).toEqual([2, expect.stringContaining('did you mean schema?')])
  using folder = temporaryFolder()
  const full = await xserve(['export', 'schema', folder.path])
  expect([full.code, full.stderr]).toEqual([2, expect.stringContaining(`${folder.path} cannot be written`)])
})
