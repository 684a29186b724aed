import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { quote } from '../../lib/document/quote.ts'

test('quote() says what JSON.stringify says', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 300 }),
  )
  fc.assert(fc.property(text, (value) => quote(value) === JSON.stringify(value)))
  for (let code = 0; code < 0x180; code++) {
    const character = String.fromCharCode(code)
    expect(quote(`a${character}b`)).toBe(JSON.stringify(`a${character}b`))
  }
})
