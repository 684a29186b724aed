import { afterEach, expect, test } from 'bun:test'
import { paints, showsColours } from '../../lib/commands/colours.ts'

const before = process.env.NO_COLOR
afterEach(() => {
  if (before === undefined) delete process.env.NO_COLOR
  else process.env.NO_COLOR = before
})

test('colours are for terminals, where nobody has said NO_COLOR', () => {
  delete process.env.NO_COLOR
  expect([{ isTTY: true }, { isTTY: false }, {}].map(showsColours)).toEqual([true, false, false])
  process.env.NO_COLOR = '1'
  expect(showsColours({ isTTY: true })).toBeFalse()
})

test('a painted text is the same text without its colour', () => {
  for (const paint of Object.values(paints(true))) {
    expect(paint('a')).not.toBe('a')
    expect(Bun.stripANSI(paint('a'))).toBe('a')
  }
  for (const paint of Object.values(paints(false))) expect(paint('a')).toBe('a')
})
