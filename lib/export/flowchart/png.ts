/**
 * The picture as PNG: the SVG, drawn by resvg as WebAssembly, with a font that the program carries, so that it looks the same on
 * every machine. What that font has not (East Asia, emoji) comes out as empty boxes; the SVG has no such limit.
 */

// @ts-expect-error: it is carried by the program, and the import is the path to read it from
import font from '@expo-google-fonts/jetbrains-mono/400Regular/JetBrainsMono_400Regular.ttf' with { type: 'file' }
import { initWasm, Resvg } from '@resvg/resvg-wasm'
// @ts-expect-error: as above
import engine from '@resvg/resvg-wasm/index_bg.wasm' with { type: 'file' }
import { XserveError } from '../../errors.ts'

/** Dots for each pixel of the SVG: sharp on screens of high resolution. */
const SCALE = 2
/** Larger pictures have fewer dots: 16 000 is what viewers show in either direction, and 50 million are 200 MB of memory. */
const MOST = { side: 16_000, area: 50_000_000 } as const

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
    const { width, height } = size
    const zoom = Math.min(SCALE, MOST.side / Math.max(width, height), Math.sqrt(MOST.area / (width * height)))
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
