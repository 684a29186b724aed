/** However it is cut, a message is the sum of its parts. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Kind } from '../../lib/link/frame.ts'
import { Waiting } from '../../lib/link/waiting.ts'

test('the bytes of all parts, in pieces of any size', () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), pieces, (parts, sizes) => {
      const whole = Buffer.concat(parts)
      const message = new Waiting(Kind.call, parts, whole.length)
      const target = new Uint8Array(whole.length)
      for (let n = 0; message.left > 0; n++) {
        message.take(target, whole.length - message.left, Math.min(message.left, sizes[n % sizes.length]!))
      }
      expect(Buffer.from(target)).toEqual(whole)
    }),
  )
})
