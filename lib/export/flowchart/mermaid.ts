/** The picture as text in Mermaid's language, which GitHub, editors and wikis draw: with Jina's nodes and classes. */
import { COLOURS } from './colours.ts'
import { copiesOf } from './copies.ts'
import { END, type NodeKind, type Picture, type PictureNode, START } from './picture.ts'

/** Jina's names, where it has one. */
const CLASSES: Readonly<Record<NodeKind, string>> = {
  gateway: 'GATEWAY',
  executor: 'EXECUTOR',
  image: 'EXECUTOR',
  external: 'EXTERNAL',
  pass: 'PASS',
}

/** Words of the language, and prefixes of ours. */
const TAKEN = ['end', 'graph', 'flowchart', 'subgraph', 'direction', 'class', 'classdef', 'click', 'style', 'linkstyle']

export function mermaidOf(picture: Picture, { vertical }: { readonly vertical: boolean }): string {
  const direction = vertical ? 'TD' : 'LR'
  const ids = idsOf(picture)
  const lines = [
    ...(picture.title === null ? [] : ['---', `title: ${JSON.stringify(picture.title)}`, '---']),
    `flowchart ${direction}`,
    ...picture.nodes.flatMap((node) => nodeLines(node, ids.get(node.id)!, direction)),
    ...picture.edges.map(({ from, to, floating }) => {
      const when = picture.nodes.find(({ id }) => id === to)!.when
      const label = when === null ? '' : `|${quoted(when)}|`
      return `  ${ids.get(from)} ${floating ? '-.->' : '-->'}${label} ${ids.get(to)}`
    }),
    ...Object.entries(STYLES).map(([name, style]) => `  classDef ${name} ${style}`),
    // A sub-graph has its style only where that comes last of all.
    ...picture.nodes.filter(isGroup).map((node) => `  class ${ids.get(node.id)} ${classOf(node)}`),
  ]
  return `${lines.join('\n')}\n`
}

const style = ({ fill, stroke }: { fill: string; stroke: string }, more = ''): string =>
  `fill:${fill},stroke:${stroke},color:${COLOURS.text}${more}`

const STYLES: Readonly<Record<string, string>> = {
  GATEWAY: style(COLOURS.gateway),
  EXECUTOR: style(COLOURS.executor),
  EXTERNAL: style(COLOURS.external),
  PASS: style(COLOURS.pass),
  FLOATING: style(COLOURS.executor, ',stroke-dasharray:4 3'),
  HEADTAIL: style(COLOURS.around),
  COPY: style(COLOURS.copy),
}

const classOf = ({ kind, floating }: PictureNode): string => (floating ? 'FLOATING' : CLASSES[kind])

const isGroup = (node: PictureNode): boolean => copiesOf(node).length > 0 || node.before !== null || node.after !== null

/** A deployment of several processes is a sub-graph of them. */
function nodeLines(node: PictureNode, id: string, direction: string): string[] {
  const kind = classOf(node)
  const label = quoted(node.uses === null ? node.name : `${node.name}\n${node.uses}`)
  if (node.kind === 'gateway') return [`  ${id}([${label}]):::${kind}`]
  if (!isGroup(node)) return [`  ${id}[${label}]:::${kind}`]
  // There is room for one line above what is inside.
  const title = quoted(node.uses === null ? node.name : `${node.name} (${node.uses})`)
  const copies = copiesOf(node)
  const inner = copies.length === 0 ? [node.name] : copies
  const around = [
    ...(node.before === null ? [] : [`    ${id}/before[${quoted(node.before)}]:::HEADTAIL`]),
    ...inner.map((copy, at) => `    ${id}/${at}[${quoted(copy)}]:::COPY`),
    ...(node.after === null ? [] : [`    ${id}/after[${quoted(node.after)}]:::HEADTAIL`]),
    ...inner.flatMap((_, at) => [
      ...(node.before === null ? [] : [`    ${id}/before --> ${id}/${at}`]),
      ...(node.after === null ? [] : [`    ${id}/${at} --> ${id}/after`]),
    ]),
  ]
  return [`  subgraph ${id}[${title}]`, `    direction ${direction}`, ...around, '  end']
}

/** Names of nodes that the language takes; different ones for different names. */
function idsOf({ nodes }: Picture): ReadonlyMap<string, string> {
  const ids = new Map([
    [START, 'gatewaystart'],
    [END, 'gatewayend'],
  ])
  const used = new Set<string>([...TAKEN, ...ids.values()])
  for (const { id: name } of nodes) {
    if (ids.has(name)) continue
    let id = name.replaceAll(/[^\w]/g, '_')
    while (used.has(id.toLowerCase())) id += '_'
    used.add(id.toLowerCase())
    ids.set(name, id)
  }
  return ids
}

/** Entities stand for what would end the text or be read as HTML or Markdown, in which `_` counts at the rim of a word. */
function quoted(text: string): string {
  const safe = text.replaceAll(
    /[#"<>&`*\\]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu,
    (character) => `#${character.codePointAt(0)};`,
  )
  return `"${safe.replaceAll('\n', '<br/>')}"`
}
