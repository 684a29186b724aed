import { describe, expect, test } from 'bun:test'
import { checkNamespace, checkUnique, dnsName, workloadName } from '../../lib/export/names.ts'

// Public case 107.
describe('workloadName()', () => {
  test.each([
    ['My_Encoder', '', 'my-encoder'],
    ['executor_2_Index', '-1', 'executor-2-index-1'],
    ['a/rep_0', '', 'a-rep-0'],
  ])('%s%s → %s', (name, suffix, expected) => expect(workloadName(name, suffix)).toBe(expected))

  test.each([
    ['_first', 'no dash at an end'],
    ['größe', 'letters a-z'],
    ['a.b', 'letters a-z'],
    ['x'.repeat(64), '63 characters at most, not 64'],
  ])('refuses %s', (name, why) => expect(() => workloadName(name)).toThrow(why))

  test('the suffix counts', () => expect(() => workloadName('x'.repeat(62), '-0')).toThrow('not 64'))
})

describe('checkNamespace()', () => {
  test('takes one as it is', () => expect(checkNamespace('prod-search')).toBe('prod-search'))
  test.each(['Prod', 'a_b', '', '-a', 'a.b'])('refuses %j', (given) =>
    expect(() => checkNamespace(given)).toThrow('cannot be'),
  )
  test('proposes one', () => {
    try {
      checkNamespace('My_Space')
      throw new Error('it was taken')
    } catch (error) {
      expect(error).toMatchObject({ code: 'BAD_ARGUMENT', details: { hint: 'for example my-space' } })
    }
  })
})

// Public case 107.
test('checkUnique() names both of a clash', () => {
  const workload = (deployment: string, suffix = '') => ({ deployment, name: `${dnsName(deployment)}${suffix}` })
  checkUnique([workload('a', '-0'), workload('a', '-1')])
  expect(() => checkUnique([workload('My_A'), workload('my-a')])).toThrow('My_A and my-a would both be called my-a')
  expect(() => checkUnique([workload('a', '-0'), workload('a-0')])).toThrow('a and a-0')
})
