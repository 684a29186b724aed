import { expect, test } from 'bun:test'
import { isSendable } from '../../lib/wire/close-code.ts'

test('codes that may be sent', () => {
  const sendable = [999, 1000, 1003, 1004, 1005, 1006, 1007, 1014, 1015, 2999, 3000, 4999, 5000].filter(isSendable)
  expect(sendable).toEqual([1000, 1003, 1007, 1014, 3000, 4999])
})
