import { expect, test } from 'bun:test'
import { PUBLIC_CASES, readCoverage } from './public-cases.ts'

const coverage = readCoverage()

test('every public case has a test', () => {
  const covered = new Set(coverage.map(({ number }) => number))
  expect(Object.keys(PUBLIC_CASES).filter((number) => !covered.has(Number(number)))).toEqual([])
})

test('every mark names a case that there is, above a test', () => {
  expect(coverage.filter(({ number }) => !(number in PUBLIC_CASES))).toEqual([])
  for (const { title } of coverage) expect(title).not.toContain('\n')
})
