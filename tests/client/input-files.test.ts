import { expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { openInputFiles } from '../../lib/client/input-files.ts'
import { temporaryFolder } from '../helpers/xserve.ts'

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 255])

function files() {
  const folder = temporaryFolder({
    'b.txt': 'ü\nb\n',
    'c.jsonl': '"c1"\n{"text": "c2"}\n',
    'd.json': '["d"]',
    list: '"e"\n',
    'img/2.jpg': 'no text',
    '.hidden.txt': 'h',
    '[odd].txt': 'odd',
    'bad.md': '',
  })
  writeFileSync(path.join(folder.path, 'img/1.png'), PNG)
  writeFileSync(path.join(folder.path, 'bad.md'), new Uint8Array([0xff, 0xfe]))
  return folder
}

async function read(folder: string, ...names: string[]) {
  const { documents } = openInputFiles(names.map((name) => path.join(folder, name)))
  const out: unknown[] = []
  for await (const { text, blob, uri, mimeType } of documents)
    out.push([text ?? blob, ...(uri ? [path.relative(folder, uri), mimeType] : [])])
  return out
}

test('images and other files become blobs, texts texts, documents stay what they are', async () => {
  using folder = files()
  expect(await read(folder.path, 'img/*', 'b.txt', 'c.jsonl', 'd.json', 'list', 'bad.md')).toEqual([
    [PNG, 'img/1.png', 'image/png'],
    [new Uint8Array(Buffer.from('no text')), 'img/2.jpg', 'image/jpeg'],
    ['ü\nb\n', 'b.txt', 'text/plain'],
    ['c1'],
    ['c2'],
    ['d'],
    ['e'],
    [new Uint8Array([0xff, 0xfe]), 'bad.md', 'text/markdown'],
  ])
})

test('patterns: sorted, without hidden files, through folders; a name that is there is itself', async () => {
  using folder = files()
  const names = async (pattern: string) => (await read(folder.path, pattern)).map((doc) => (doc as string[])[1])
  expect(await names('*.txt')).toEqual(['[odd].txt', 'b.txt'])
  expect(await names('[odd].txt')).toEqual(['[odd].txt'])
  expect(await names('**/*.{png,jpg}')).toEqual(['img/1.png', 'img/2.jpg'])
  expect(() => openInputFiles([path.join(folder.path, '*.gif')])).toThrow(
    expect.objectContaining({ code: 'FILE_NOT_FOUND' }),
  )
  expect(() => openInputFiles([folder.path])).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }))
  expect(() => openInputFiles(['/nowhere/a.png'])).toThrow(expect.objectContaining({ code: 'FILE_NOT_FOUND' }))
})

test('tells how far it is over all files', async () => {
  using folder = files()
  const all = openInputFiles(['b.txt', 'c.jsonl', 'img/1.png'].map((name) => path.join(folder.path, name)))
  expect([all.size, all.bytesRead()]).toEqual([5 + 20 + 6, 0])
  for await (const _ of all.documents);
  expect(all.bytesRead()).toBe(31)
  expect(openInputFiles(['-']).size).toBeNull()
})
