import { describe, expect, test } from 'bun:test'
import { envOf, gpusOf, secretsOf, volumesOf, wordsOf } from '../../lib/export/container-options.ts'

// Public case 118.
describe('gpusOf()', () => {
  test.each<[unknown, unknown]>([
    [undefined, null],
    ['0', null],
    ['2', { count: 2 }],
    ['all', { count: 'all' }],
    ['device=0,2', { devices: ['0', '2'] }],
    ['device=GPU-1a', { devices: ['GPU-1a'] }],
    ['0,1', { devices: ['0', '1'] }],
  ])('%j', (gpus, expected) => expect(gpusOf('e', { gpus })).toEqual(expected as never))
  test.each(['many', '-1', 'device=', '1.5'])('refuses %j', (gpus) =>
    expect(() => gpusOf('e', { gpus })).toThrow('e: gpus is'),
  )
})

describe('volumesOf()', () => {
  test('hosts, names, places alone, read-only', () => {
    expect(volumesOf('e', { volumes: ['/a:/b', 'data:/c:ro', '/d'] })).toEqual([
      { source: '/a', target: '/b', readOnly: false },
      { source: 'data', target: '/c', readOnly: true },
      { source: null, target: '/d', readOnly: false },
    ])
  })
  test.each([['/a:b'], ['a'], ['/a:/b:ro:x'], ['/a:/b', '/c:/b']])('refuses %j', (...volumes) =>
    expect(() => volumesOf('e', { volumes })).toThrow('e: '),
  )
})

describe('secretsOf()', () => {
  test('names and keys', () => {
    const given = { A: { name: 's', key: 'k' } }
    expect(secretsOf('e', { env_from_secret: given })).toEqual(given)
  })
  test.each<[string, unknown]>([
    ['a value instead', { A: 'password' }],
    ['no key', { A: { name: 's' } }],
    ['a name that is none', { 'A B': { name: 's', key: 'k' } }],
  ])('refuses %s, and does not repeat it', (_, env_from_secret) => {
    expect(() => secretsOf('e', { env_from_secret })).toThrow(/^e: /)
    expect(() => secretsOf('e', { env_from_secret })).not.toThrow(/"password"/)
  })
})

test('envOf() refuses what no container takes', () => {
  expect(envOf('e', { A_1: '' })).toEqual({ A_1: '' })
  expect(() => envOf('e', { 'a=b': '' })).toThrow('e: "a=b" cannot be a variable')
})

test.each([
  ['/bin/run --fast', ['/bin/run', '--fast']],
  [`sh -c 'a b'`, ['sh', '-c', 'a b']],
  [`x "say \\"hi\\""`, ['x', 'say "hi"']],
])('wordsOf(%s)', (text, words) => expect(wordsOf(text)).toEqual(words))
