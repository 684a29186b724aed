/** The ending of a file's name tells what is drawn. */
import { expect, test } from 'bun:test'
import { pictureFormat } from '../../../lib/export/flowchart/formats.ts'

test('endings, in any case', () => {
  expect(['a.svg', 'b/c.PNG', 'd.mmd', 'e.mermaid', 'f.x.md'].map(pictureFormat)).toEqual([
    'svg',
    'png',
    'mmd',
    'mmd',
    'md',
  ])
})

test('others are told what there is', () => {
  for (const [file, message] of [
    ['flow.gif', 'flow.gif: there are no pictures in .gif'],
    ['flow', 'flow has no ending that tells the kind of picture'],
  ] as const) {
    expect(() => pictureFormat(file)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT', message }))
  }
})
