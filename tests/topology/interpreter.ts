/** A plain interpreter of graphs: it walks them one node after the other, and knows nothing of how the product does. */

export type Kind = 'append' | 'add' | 'nothing' | 'tells' | 'skipped' | 'pass' | 'fails' | 'shards' | 'partial'

export interface Made {
  readonly name: string
  readonly needs: readonly string[]
  readonly when: number | null
  readonly noReduce: boolean
  readonly kind: Kind
  /** Turns of the event loop that it takes. */
  readonly turns: number
}

export interface Doc {
  readonly id: string
  readonly n: number
  readonly text: string
}

export interface Asked {
  readonly docs: readonly Doc[]
  readonly parameters: Readonly<Record<string, unknown>>
  /** Names that the request is for; null: all. */
  readonly target: RegExp | null
}

/** One call as a node must see it: documents, branches where they come side by side, parameters. */
export interface WantedCall {
  readonly executor: string
  readonly docs: readonly string[]
  readonly matrix: readonly (readonly string[])[] | null
  readonly parameters: Readonly<Record<string, unknown>>
}

export interface Wanted {
  /** null: a node failed. */
  readonly docs: readonly string[] | null
  /** Of the first that failed, in the order of ends and needs. */
  readonly failure: string | null
  readonly results: Readonly<Record<string, unknown>>
  readonly called: readonly WantedCall[]
}

/** Shards of a node that has some. */
export const SHARDS = 2

export const shown = (doc: { readonly id: unknown; readonly text?: unknown }): string => `${doc.id}${doc.text ?? ''}`

export function joined(branches: readonly (readonly Doc[])[]): Doc[] {
  const out: Doc[] = [...branches[0]!]
  for (const one of branches.slice(1).flat()) {
    // Where one branch has an id twice, the last of them is the one that is filled up.
    const place = out.findLastIndex((other) => other.id === one.id)
    if (place === -1) out.push(one)
    else if (out[place]!.text === '') out[place] = { ...out[place]!, text: one.text }
  }
  return out
}

/** What is left for one of them: `name__key` is its own, as `key`. */
function parametersOf(all: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const own = Object.entries(all).filter(([key]) => key.startsWith(`${name}__`))
  const common = Object.entries(all).filter(([key]) => !key.includes('__'))
  return {
    ...Object.fromEntries(common),
    ...Object.fromEntries(own.map(([key, value]) => [key.slice(name.length + 2), value])),
  }
}

interface Output {
  /** null: it failed, or one before it did. */
  readonly docs: readonly Doc[] | null
  readonly failure: string | null
  readonly results: Readonly<Record<string, unknown>>
}

const marked = (docs: readonly Doc[], mark: string): Doc[] =>
  docs.map((doc) => ({ ...doc, text: `${doc.text}>${mark}` }))

/** What the node makes of its documents, and what it tells beside them. */
function work({ name, kind, noReduce }: Made, docs: readonly Doc[]): Output {
  const fine = (made: readonly Doc[], results: Readonly<Record<string, unknown>> = {}): Output => ({
    docs: made,
    failure: null,
    results,
  })
  switch (kind) {
    case 'append':
      return fine(marked(docs, name))
    case 'add':
      return fine([...docs, { id: `x${name}`, n: 0, text: name }])
    case 'tells':
      return fine(docs, { [`${name}/rep-0`]: { value: name } })
    case 'fails':
      return { docs: null, failure: name, results: {} }
    case 'shards': {
      const all = Array.from({ length: SHARDS }, (_, shard) => marked(docs, `${name}/${shard}`))
      return fine(noReduce ? all.flat() : joined(all))
    }
    case 'partial':
      return fine(noReduce ? marked(docs, `${name}/0`) : joined([marked(docs, `${name}/0`)]))
    default:
      return fine(docs)
  }
}

export function interpret(nodes: readonly Made[], ends: readonly string[], asked: Asked): Wanted {
  const outputs = new Map<string, Output>([['gateway', { docs: asked.docs, failure: null, results: {} }]])
  const called: WantedCall[] = []
  for (const node of nodes) {
    const { name, needs, when, noReduce, kind } = node
    const before = needs.map((need) => outputs.get(need)!)
    const results = Object.assign({}, ...before.map((one) => one.results)) as Record<string, unknown>
    const failed = before.find((one) => one.docs === null)
    if (failed) {
      outputs.set(name, { docs: null, failure: failed.failure, results: {} })
      continue
    }
    const inputs = before.map((one) => one.docs!)
    if (kind === 'skipped' || !(asked.target?.test(name) ?? true)) {
      outputs.set(name, { docs: joined(inputs), failure: null, results })
      continue
    }
    const keep = (docs: readonly Doc[]) => docs.filter((doc) => when === null || (doc.n !== 0 && doc.n <= when))
    const sides = noReduce && inputs.length > 1 ? inputs.map(keep) : null
    const docs = sides === null ? keep(joined(inputs)) : sides.flat()
    if (kind !== 'pass') {
      const call = {
        executor: name,
        docs: docs.map(shown),
        matrix: sides?.map((side) => side.map(shown)) ?? null,
        parameters: parametersOf(asked.parameters, name),
      }
      const times = kind === 'shards' || kind === 'partial' ? SHARDS : 1
      for (let i = 0; i < times; i++) called.push(call)
    }
    const made = work(node, docs)
    outputs.set(name, { ...made, results: { ...results, ...made.results } })
  }
  const last = ends.map((end) => outputs.get(end)!)
  const failed = last.find((one) => one.docs === null)
  if (failed) return { docs: null, failure: failed.failure, results: {}, called }
  const docs = last.length === 1 ? last[0]!.docs! : joined(last.map((one) => one.docs!))
  const place = (doc: Doc) => {
    const found = asked.docs.findIndex((one) => one.id === doc.id)
    return found === -1 ? asked.docs.length : found
  }
  const ordered = nodes.some((node) => node.when !== null) ? [...docs].sort((a, b) => place(a) - place(b)) : docs
  const results = Object.assign({}, ...last.map((one) => one.results)) as Record<string, unknown>
  return { docs: ordered.map(shown), failure: null, results, called }
}
