/** However it is cut, a message is the sum of its parts. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Kind } from '../../lib/link/frame.ts'
import { UNIT } from '../../lib/link/memory/blocks.ts'
import { LentMemory } from '../../lib/link/memory/loan.ts'
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

test('parts on loan are passed as a whole, or copied as the others; then nobody holds them', () => {
  const kinds = fc.array(fc.record({ lent: fc.boolean(), passed: fc.boolean(), few: fc.nat(20) }), { maxLength: 8 })
  fc.assert(
    fc.property(kinds, fc.integer({ min: 1, max: 3 * UNIT }), (list, step) => {
      const memory = new LentMemory({ bytes: new Uint8Array(16 * UNIT), path: '', hide() {} }, () => {})
      const loans = list.map(({ lent }, n) => (lent ? memory.lend(2 * n * UNIT, UNIT + 1 + n)! : null))
      const parts = list.map(({ few }, n) => loans[n]?.bytes ?? new Uint8Array(few))
      for (const [n, part] of parts.entries()) part.fill(n + 1)
      const whole = Buffer.concat(parts)
      const message = new Waiting(Kind.call, parts, whole.length)
      for (const loan of loans) loan?.release()
      const target = Buffer.alloc(whole.length)
      while (message.left > 0) {
        const at = whole.length - message.left
        const { loan } = message
        if (loan !== null && list[loans.indexOf(loan)]!.passed) {
          target.set(message.next, at)
          message.pass()
        } else message.take(target, at, Math.min(message.ahead, step))
      }
      expect(target.equals(whole)).toBe(true)
      for (const n of list.keys()) expect(memory.loanAt(2 * n * UNIT)).toBeUndefined()
    }),
    { numRuns: 50 },
  )
})
