/** The picture for programs: `xserve graph --json`. */
import type { Picture, PictureEdge, PictureNode } from './picture.ts'
import { END, START } from './picture.ts'

export interface DescribedPicture {
  readonly name: string | null
  readonly nodes: readonly (Omit<PictureNode, 'name'> & { readonly id: string })[]
  readonly edges: readonly PictureEdge[]
}

/** Jina's names of the two sides of the gateway, as `xserve check --json` has them. */
const NAMES: ReadonlyMap<string, string> = new Map([
  [START, 'start-gateway'],
  [END, 'end-gateway'],
])

const nameOf = (id: string): string => NAMES.get(id) ?? id

export function describePicture({ title, nodes, edges }: Picture): DescribedPicture {
  return {
    name: title,
    nodes: nodes.map(({ name: _, ...node }) => ({ ...node, id: nameOf(node.id) })),
    edges: edges.map(({ from, to, floating }) => ({ from: nameOf(from), to: nameOf(to), floating })),
  }
}
