/** Whether a module has a class, from its text alone. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { exportedNames, missingFrom } from '../../lib/plan/module-classes.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'xserve-classes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
function write(text: string, name = `m${count++}.ts`): string {
  const file = path.join(folder, name)
  writeFileSync(file, text)
  return file
}

describe('exportedNames()', () => {
  test.each<[string, readonly string[] | null]>([
    ['export class A {}\nexport class B {}\nclass C {}', ['A', 'B']],
    ['class A {}\nexport { A as B }', ['B']],
    ['export default class A {}', ['A']],
    ['class A {}\nexport default A', ['A']],
    ['class A {}\nexport { A as default }', ['A']],
    ['export default async function greet() {}', ['greet']],
    ['throw new Error("never run")\nexport class A {}', ['A']],
    ['export * from "./other.ts"', null],
    ['module.exports = { A: class {} }', null],
    ['export class {', null],
  ])('%j', (text, names) => expect(exportedNames(write(text))).toEqual(names as string[] | null))

  test('a default without a name goes by that of its file', () => {
    expect(exportedNames(write('export default ({ docs }) => docs', 'greet.ts'))).toEqual(['greet'])
    expect(exportedNames(write('export default class extends Object {}', 'tidy.ts'))).toEqual(['tidy'])
  })

  test('of a file that is not there nothing can be told', () => {
    expect(exportedNames(path.join(folder, 'none.ts'))).toBeNull()
  })
})

test('missingFrom() names those that there are, and doubts in favour of the module', () => {
  const a = write('export class A {}')
  const b = write('export class B {}\nclass Hidden {}\nexport { Hidden as Shown }')
  expect(missingFrom([a, b], 'B')).toBeNull()
  expect(missingFrom([a, b], 'Hidden')).toBeNull()
  expect(missingFrom([a, b], 'C')).toEqual(['A', 'B', 'Shown'])
  expect(missingFrom([a, write('export * from "./b.ts"')], 'C')).toBeNull()
})
