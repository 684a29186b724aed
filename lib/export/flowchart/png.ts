/** An SVG as PNG, drawn by resvg in WebAssembly with a font of its own: machines with containers have none. */
import { initWasm, Resvg } from '@resvg/resvg-wasm'
// Files in the executable, read when a picture is asked for; what is imported is a path.
// @ts-expect-error: the types of Bun do not know such files
import programPath from '@resvg/resvg-wasm/index_bg.wasm' with { type: 'file' }
// @ts-expect-error: as above
import fontPath from 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf' with { type: 'file' }

const PROGRAM: string = programPath
const FONT: string = fontPath
/** Twice as many dots as SVG has units: sharp on every screen. */
const ZOOM = 2

let ready: Promise<void> | null = null

export async function toPng(svg: string): Promise<Uint8Array> {
  ready ??= Bun.file(PROGRAM)
    .arrayBuffer()
    .then((bytes) => initWasm(bytes))
  await ready
  const drawing = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: ZOOM },
    font: {
      fontBuffers: [new Uint8Array(await Bun.file(FONT).arrayBuffer())],
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  })
  try {
    return drawing.render().asPng()
  } finally {
    drawing.free()
  }
}
