/** The SVG: whole, well-formed, complete in itself. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { drawPng } from '../../../lib/export/flowchart/png.ts'
import { drawSvg } from '../../../lib/export/flowchart/svg.ts'
import { bare, pictureFrom, randomPicture } from './random-picture.ts'

const count = (svg: string, what: string): number => svg.split(what).length - 1

test('every node and every edge is drawn once, and nothing is fetched', () => {
  fc.assert(
    fc.property(randomPicture, fc.boolean(), (picture, vertical) => {
      const { svg } = drawSvg(picture, { vertical })
      expect(count(svg, '<g class="node ')).toBe(picture.nodes.length)
      for (const { id } of picture.nodes) expect(count(svg, ` data-name="${id}"`)).toBe(1)
      expect(count(svg, '<g class="edge">')).toBe(picture.edges.length)
      expect(svg).not.toMatch(/NaN|Infinity|undefined|href|<script|<style|url\(/)
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/="https?:/)
    }),
    { numRuns: 50 },
  )
})

test('is well-formed whatever texts hold', async () => {
  await fc.assert(
    fc.asyncProperty(randomPicture, fc.string({ unit: 'binary' }), async (picture, title) => {
      const { svg, ...size } = drawSvg({ ...picture, title }, { vertical: false })
      // The parser of resvg refuses what is no XML.
      expect((await drawPng(svg, { width: size.width * 100, height: size.height * 100 })).length).toBeGreaterThan(100)
    }),
    { numRuns: 25 },
  )
})

test('long texts are cut off and whole in a tooltip', () => {
  const one = pictureFrom({ a: ['gateway'] })
  const uses = `acme/${'x'.repeat(80)}:1`
  const { svg } = drawSvg({ ...one, nodes: [one.nodes[0]!, bare('a', { uses }), one.nodes[2]!] }, { vertical: false })
  expect(svg).toContain(`<title>${uses}</title>acme/${'x'.repeat(38)}…</text>`)
})
