/**
 * By what a later export knows a picture as its own, and as it was written: a comment at its end. The first line is not free in
 * Mermaid, nor in XML.
 */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { PictureFormat } from './formats.ts'

const WORDS = 'Written by xserve export flowchart: changes are lost with the next one. sha256:'
const COMMENT = new RegExp(`(?:%%|<!--) ${WORDS.replaceAll('.', '\\.')}([0-9a-f]{64})(?: -->)?\n$`)

const hashOf = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')

export function signedText(text: string, format: Exclude<PictureFormat, 'png'>): string {
  const words = `${WORDS}${hashOf(text)}`
  return format === 'mmd' ? `${text}%% ${words}\n` : `${text}<!-- ${words} -->\n`
}

/** A PNG ends with an empty chunk IEND. A chunk: length of its data, kind, data, checksum of both. */
const END_LENGTH = 12
const KEYWORD = 'Comment\0'
const CHUNK_LENGTH = 4 + 4 + KEYWORD.length + WORDS.length + 64 + 4

export function signedPng(png: Uint8Array): Uint8Array {
  const [before, end] = [png.subarray(0, -END_LENGTH), png.subarray(-END_LENGTH)]
  const data = Buffer.from(`tEXt${KEYWORD}${WORDS}${hashOf(before)}`, 'latin1')
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length - 4)
  checksum.writeUInt32BE(crc32(data))
  return Buffer.concat([before, length, data, checksum, end])
}

/** Whether a file holds a picture that was written here, unchanged. Windows may have changed the ends of its lines. */
export function isOwnPicture(content: Uint8Array): boolean {
  const text = Buffer.from(content).toString('utf8').replaceAll('\r\n', '\n')
  const [comment, hash] = COMMENT.exec(text) ?? []
  if (comment !== undefined) return hashOf(text.slice(0, -comment.length)) === hash
  const before = content.subarray(0, -(END_LENGTH + CHUNK_LENGTH))
  const chunk = Buffer.from(content.subarray(before.length, -END_LENGTH)).toString('latin1')
  return chunk.includes(`${WORDS}${hashOf(before)}`)
}
