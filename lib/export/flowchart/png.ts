/**
 * The picture as PNG: the SVG, drawn by resvg as WebAssembly, with a font that the program carries, so that it looks the same on
 * every machine. What that font has not (East Asia, emoji) comes out as empty boxes; the SVG has no such limit.
 */

import font from '@expo-google-fonts/jetbrains-mono/400Regular/JetBrainsMono_400Regular.ttf' with { type: 'file' }
/// <reference path="./embedded.d.ts" />
import { initWasm, Resvg } from '@resvg/resvg-wasm'
import engine from '@resvg/resvg-wasm/index_bg.wasm' with { type: 'file' }
import { XserveError } from '../../errors.ts'

/** Dots for each pixel of the SVG: sharp on screens of high resolution. */
const SCALE = 2
/** In either direction; above, memory would be counted in gigabytes. Larger pictures are drawn with fewer dots. */
const MOST_DOTS = 12_000

/** Once a process; the library refuses a second time. */
let started: Promise<void> | null = null

/** Rejects with XserveError INTERNAL where it cannot be drawn. */
export async function drawPng(
  svg: string,
  size: { readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  try {
    started ??= Bun.file(engine).arrayBuffer().then(initWasm)
    await started
    const fontBuffers = [await Bun.file(font).bytes()]
    const zoom = Math.min(SCALE, MOST_DOTS / Math.max(size.width, size.height))
    const drawing = new Resvg(svg, {
      fitTo: { mode: 'zoom', value: zoom },
      font: { fontBuffers, defaultFontFamily: 'JetBrains Mono', monospaceFamily: 'JetBrains Mono' },
    })
    const image = drawing.render()
    const bytes = image.asPng()
    image.free()
    drawing.free()
    return bytes
  } catch (error) {
    throw new XserveError('INTERNAL', `the picture cannot be drawn as PNG: ${error}`, {
      cause: error,
      hint: 'write it as .svg instead',
    })
  }
}
