import { expect, test } from 'bun:test'
import path from 'node:path'
// Documents have no chunks without it; programs always load it.
import '../../lib/document/document-array.ts'
import { openDocumentsFile } from '../../lib/client/documents-file.ts'
import { temporaryFolder } from '../helpers/xserve.ts'

async function read(name: string, content: string | Uint8Array): Promise<unknown[]> {
  using folder = temporaryFolder()
  const file = path.join(folder.path, name)
  await Bun.write(file, content)
  const out: unknown[] = []
  const { documents } = openDocumentsFile(file)
  try {
    for await (const document of documents) out.push({ ...document.toJSON(), id: document.id.length })
  } catch (error) {
    // Names of temporary folders differ.
    ;(error as Error).message = (error as Error).message.replace(file, name)
    throw error
  }
  return out
}

test.each([
  ['a.jsonl', '{"text": "a"}\n"b"\n\n{"text": "c", "tags": {"n": 1}}\n'],
  ['a.ndjson', '{"text": "a"}\n{"text": "b"}\n{"text": "c", "tags": {"n": 1}}'],
  ['a.json', '[{"text": "a"}, "b",\n {"text": "c", "tags": {"n": 1}}]\n'],
  ['a.txt', ' \n{"text": "a"}\n{"text": "b"}\n{"text": "c", "tags": {"n": 1}}'],
  ['list', '\uFEFF [\n"a", "b", {"text": "c", "tags": {"n": 1}}]'],
])('%s', async (name, content) => {
  expect(await read(name, content)).toEqual([
    { id: 32, text: 'a' },
    { id: 32, text: 'b' },
    { id: 32, text: 'c', tags: { n: 1 } },
  ])
})

test('one document over several lines, none at all', async () => {
  expect(await read('one.json', '{\n  "text": "a"\n}\n')).toEqual([{ id: 32, text: 'a' }])
  expect(await read('none.json', '[]')).toEqual([])
  expect(await read('none.jsonl', '\n')).toEqual([])
})

test.each([
  ['a.jsonl', '{"text": "a"}\n{"text": "b",,}\n', 'a.jsonl:2:14: "," cannot stand here'],
  ['a.jsonl', '{"text": "a"}\n{"text": ', 'a.jsonl:2:10: the JSON ends too soon'],
  ['a.jsonl', '{"text": "a"}\n{"txt": "b"}\n', 'a.jsonl:2:1: txt'],
  ['a.jsonl', '{"text": 5}', 'a.jsonl:1:1: text'],
  ['a.jsonl', '["a", "b"]', 'a.jsonl:1:1: '],
  ['a.json', '[\n  {"text": "a"},\n  {"text": "b" "c"}\n]', 'a.json:3:16: "\\"" cannot stand here'],
  ['a.json', '[{"text": "a"}', 'a.json:1:15: the JSON ends too soon'],
  ['a.json', '["a"]\n"b"', 'a.json:2:1: the list has ended before'],
])('%s with %p: %s', async (name, content, message) => {
  await expect(read(name, content)).rejects.toMatchObject({
    code: 'BAD_DOCUMENT',
    message: expect.stringContaining(message),
  })
})

test('bytes that are no UTF-8 are told with their line', async () => {
  const bytes = Buffer.concat([Buffer.from('"a"\n"'), Buffer.from([0xff]), Buffer.from('"\n')])
  await expect(read('a.jsonl', bytes)).rejects.toMatchObject({ message: 'a.jsonl:2:1: it is not UTF-8' })
})

test('files that are not there and folders are told before anything is sent', () => {
  expect(() => openDocumentsFile('/nowhere/a.jsonl')).toThrow(expect.objectContaining({ code: 'FILE_NOT_FOUND' }))
  expect(() => openDocumentsFile('/')).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }))
})

test('tells how far it is', async () => {
  using folder = temporaryFolder({ 'a.jsonl': '"a"\n"b"\n' })
  const file = openDocumentsFile(path.join(folder.path, 'a.jsonl'))
  expect([file.size, file.bytesRead()]).toEqual([8, 0])
  for await (const _ of file.documents);
  expect(file.bytesRead()).toBe(8)
})
