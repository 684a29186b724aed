/** What is ours is known as ours, and what somebody has changed is not. */
import { expect, test } from 'bun:test'
import { drawPng } from '../../../lib/export/flowchart/png.ts'
import { isOwnPicture, signedPng, signedText } from '../../../lib/export/flowchart/signature.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const PNG = await drawPng('<svg xmlns="http://www.w3.org/2000/svg" width="30" height="9"/>', { width: 30, height: 9 })

test.each(['mmd', 'md', 'svg'] as const)('%s', (format) => {
  const signed = signedText('<svg>\n</svg>\n', format)
  expect(isOwnPicture(bytes(signed))).toBe(true)
  expect(isOwnPicture(bytes(signed.replaceAll('\n', '\r\n')))).toBe(true)
  expect(isOwnPicture(bytes(signed.replace('svg', 'gvs')))).toBe(false)
  expect(isOwnPicture(bytes(`${signed}more\n`))).toBe(false)
  expect(isOwnPicture(bytes('<svg>\n</svg>\n'))).toBe(false)
})

test('PNG', () => {
  const signed = signedPng(PNG)
  expect(isOwnPicture(signed)).toBe(true)
  expect(isOwnPicture(PNG)).toBe(false)
  const changed = Uint8Array.from(signed)
  changed[40]! ^= 1
  expect(isOwnPicture(changed)).toBe(false)
  for (const short of [0, 1, 12, 100]) expect(isOwnPicture(signed.subarray(0, short))).toBe(false)
})

test('a signed PNG is whole: its chunks are, with their checksums', () => {
  const signed = signedPng(PNG)
  const view = new DataView(signed.buffer, signed.byteOffset)
  const kinds: string[] = []
  for (let at = 8; at < signed.length; ) {
    const length = view.getUint32(at)
    const chunk = signed.subarray(at + 4, at + 8 + length)
    kinds.push(Buffer.from(chunk.subarray(0, 4)).toString())
    expect(view.getUint32(at + 8 + length)).toBe(Bun.hash.crc32(chunk))
    at += length + 12
  }
  expect(kinds).toEqual(['IHDR', 'IDAT', 'tEXt', 'IEND'])
})
