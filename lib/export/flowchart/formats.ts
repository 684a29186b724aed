/** Which pictures there are, told by the ending of the file's name. */
import path from 'node:path'
import { XserveError } from '../../errors.ts'

/** Mermaid's text, the same in a block of Markdown, and drawings. */
export type PictureFormat = 'mmd' | 'md' | 'svg' | 'png'

const ENDINGS: Readonly<Record<string, PictureFormat>> = {
  '.mmd': 'mmd',
  '.mermaid': 'mmd',
  '.md': 'md',
  '.svg': 'svg',
  '.png': 'png',
}

/** Throws XserveError BAD_ARGUMENT for another ending. */
export function pictureFormat(file: string): PictureFormat {
  const ending = path.extname(file).toLowerCase()
  const format = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined
  if (format !== undefined) return format
  const what = ending === '' ? 'has no ending that tells the kind of picture' : `: there are no pictures in ${ending}`
  throw new XserveError('BAD_ARGUMENT', `${file}${ending === '' ? ' ' : ''}${what}`, {
    hint: 'flow.svg, flow.png, flow.mmd (Mermaid) or flow.md (Mermaid in Markdown)',
  })
}
