import { describe, expect, test } from 'bun:test'
import { parseObject } from '../../lib/commands/argument-values.ts'

const failure = (code: string, part: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(part) })

describe('parseObject()', () => {
  test('keeps texts that only look like numbers in part', () => {
    expect(parseObject('o', ['a=1.2.3', 'b=true', 'c="7"', 'd=http://x:1', 'e='])).toEqual({
      a: '1.2.3',
      b: true,
      c: '7',
      d: 'http://x:1',
      e: '',
    })
  })

  test('tells bad JSON by the name of the option', () => {
    expect(() => parseObject('parameters', ['{"a": }'])).toThrow(
      failure('BAD_ARGUMENT', '--parameters is no valid JSON'),
    )
    expect(() => parseObject('parameters', ['word'])).toThrow(
      failure('BAD_ARGUMENT', 'neither a JSON object nor key=value'),
    )
  })
})
