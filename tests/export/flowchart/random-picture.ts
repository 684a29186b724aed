/** Pictures of random graphs: what there may be of nodes, in any combination. */
import fc from 'fast-check'
import { END, type Picture, type PictureNode, START } from '../../../lib/export/flowchart/picture.ts'

export const bare = (id: string, more: Partial<PictureNode> = {}): PictureNode => ({
  id,
  kind: 'executor',
  name: id,
  uses: null,
  before: null,
  after: null,
  shards: 1,
  replicas: 1,
  floating: false,
  when: null,
  ...more,
})

/** `needs` of each executor by name; those that nobody needs go to the end. */
export function pictureFrom(needs: Readonly<Record<string, readonly string[]>>): Picture {
  const names = Object.keys(needs)
  const needed = new Set(Object.values(needs).flat())
  return {
    title: null,
    nodes: [
      bare(START, { kind: 'gateway', name: 'gateway' }),
      ...names.map((name) => bare(name)),
      bare(END, { kind: 'gateway', name: 'gateway' }),
    ],
    edges: [
      ...names.flatMap((to) => needs[to]!.map((from) => ({ from, to, floating: false }))),
      ...names.filter((name) => !needed.has(name)).map((from) => ({ from, to: END, floating: false })),
    ],
  }
}

const text = fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), { nil: null, freq: 2 })

const looks = fc.record({
  name: fc.stringMatching(/^[\p{L}_][\p{L}\p{N}_-]{0,30}$/u),
  kind: fc.constantFrom('executor', 'image', 'external', 'pass'),
  uses: text,
  before: text,
  after: text,
  shards: fc.integer({ min: 1, max: 12 }),
  replicas: fc.integer({ min: 1, max: 9 }),
  floating: fc.boolean(),
  when: text,
})

/** Up to 20 executors, each behind some of those before it; which of them are the answer is anybody's choice. */
export const randomPicture: fc.Arbitrary<Picture> = fc
  .array(fc.tuple(looks, fc.array(fc.nat(), { maxLength: 4 }), fc.boolean()), { minLength: 1, maxLength: 20 })
  .map((parts) => {
    // __proto__ is a name, too.
    const idOf = (at: number) => (at === 0 ? '__proto__' : `node${at}`)
    const nodes = parts.map(([look], at) => bare(idOf(at), look as Partial<PictureNode>))
    const edges = parts.flatMap(([{ floating }, picks], at) => {
      const needs = new Set(picks.map((pick) => pick % (at + 1)).map((pick) => (pick === 0 ? START : idOf(pick - 1))))
      return [...(needs.size === 0 ? [START] : needs)].map((from) => ({ from, to: idOf(at), floating }))
    })
    const ends = parts.flatMap(([, , answers], at) => (answers ? [{ from: idOf(at), to: END, floating: false }] : []))
    return {
      title: 'a <b> & "c"',
      nodes: [
        bare(START, { kind: 'gateway', name: 'gateway' }),
        ...nodes,
        bare(END, { kind: 'gateway', name: 'gateway' }),
      ],
      edges: [...edges, ...(ends.length > 0 ? ends : [{ from: START, to: END, floating: false }])],
    }
  })
