/** The picture for programs: `xserve graph --json`. */
import { END as JINA_END, START as JINA_START } from '../../plan/graph-description.ts'
import type { Picture, PictureEdge, PictureNode } from './picture.ts'
import { END, START } from './picture.ts'

export interface DescribedPicture {
  readonly name: string | null
  readonly nodes: readonly (Omit<PictureNode, 'name'> & { readonly id: string })[]
  readonly edges: readonly PictureEdge[]
}

/** As `xserve check --json` names the two sides of the gateway. */
const NAMES: ReadonlyMap<string, string> = new Map([
  [START, JINA_START],
  [END, JINA_END],
])

const nameOf = (id: string): string => NAMES.get(id) ?? id

export function describePicture({ title, nodes, edges }: Picture): DescribedPicture {
  return {
    name: title,
    nodes: nodes.map(({ name: _, ...node }) => ({ ...node, id: nameOf(node.id) })),
    edges: edges.map(({ from, to, floating }) => ({ from: nameOf(from), to: nameOf(to), floating })),
  }
}
