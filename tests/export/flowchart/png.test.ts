/** The PNG: drawn with its own font, sharp, within reason. */
import { expect, test } from 'bun:test'
import { inflateSync } from 'node:zlib'
import { drawPng } from '../../../lib/export/flowchart/png.ts'
import { drawSvg } from '../../../lib/export/flowchart/svg.ts'
import { pictureFrom } from './random-picture.ts'

function sizeOf(png: Uint8Array): [width: number, height: number] {
  const view = new DataView(png.buffer, png.byteOffset)
  return [view.getUint32(16), view.getUint32(20)]
}

test('has two dots for each pixel, and shows texts', async () => {
  const { svg, ...size } = drawSvg(pictureFrom({ a: ['gateway'] }), { vertical: false })
  const png = await drawPng(svg, size)
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  expect(sizeOf(png)).toEqual([size.width * 2, size.height * 2])
  const bare = await drawPng(svg.replaceAll(/<text.*?<\/text>/g, ''), size)
  expect(pixelsOf(png).equals(pixelsOf(bare))).toBe(false)
})

test('a picture beyond all measure has fewer dots', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40000" height="100"><rect width="9" height="9"/></svg>'
  expect(sizeOf(await drawPng(svg, { width: 40_000, height: 100 }))).toEqual([16_000, 40])
})

test('what cannot be drawn is an error with advice', async () => {
  const failed = drawPng('<svg', { width: 1, height: 1 })
  expect(failed).rejects.toMatchObject({ code: 'INTERNAL', details: { hint: 'write it as .svg instead' } })
})

/** The content of all chunks IDAT. */
function pixelsOf(png: Uint8Array): Buffer {
  const view = new DataView(png.buffer, png.byteOffset)
  const parts: Uint8Array[] = []
  for (let at = 8; at < png.length; ) {
    const length = view.getUint32(at)
    if (Buffer.from(png.subarray(at + 4, at + 8)).toString() === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  return inflateSync(Buffer.concat(parts))
}
