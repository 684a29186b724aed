import { expect, test } from 'bun:test'
import { forwardLines } from '../../lib/deployment/output.ts'

async function forwarded(...chunks: (string | Uint8Array)[]): Promise<string[]> {
  const written: string[] = []
  const encoder = new TextEncoder()
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk)
      controller.close()
    },
  })
  await forwardLines(stream, (text) => written.push(text), 'e | ')
  return written
}

test('every line gets the prefix, however it was cut; the last needs no line break', async () => {
  expect((await forwarded('a\nb', 'c\n', '\nend')).join('')).toBe('e | a\ne | bc\ne | \ne | end\n')
})

test('a character that was cut in two comes out whole', async () => {
  const bytes = new TextEncoder().encode('ü\n')
  expect(await forwarded(bytes.subarray(0, 1), bytes.subarray(1))).toEqual(['e | ü\n'])
})

test('endless output without line breaks is passed on in pieces', async () => {
  const out = await forwarded('x'.repeat(70_000), 'y')
  expect(out).toEqual([`e | ${'x'.repeat(70_000)}\n`, 'e | y\n'])
})
