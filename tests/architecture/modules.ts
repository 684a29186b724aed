/**
 * The sources of lib/ as a graph of value imports: what is left of a file's imports when its types are gone.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

export interface Module {
  /** From the top of the checkout: `lib/wire/envelope.ts`. */
  readonly path: string
  readonly source: string
  /** The program that is left without types and comments; '' for a file of types. */
  readonly code: string
  /** Imported files of the checkout, dynamic imports included. */
  readonly files: readonly string[]
  /** Imported packages by name, without Node's and Bun's own. */
  readonly packages: readonly string[]
}

const transpiler = new Bun.Transpiler({ loader: 'ts', target: 'bun', trimUnusedImports: true })

export function readModules(folder: string): Module[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => readModule(join(folder, name)))
}

export function readModule(path: string): Module {
  const source = readFileSync(path, 'utf8')
  const imports = [...new Set(transpiler.scan(source).imports.map((entry) => entry.path))]
  return {
    path,
    source,
    code: transpiler.transformSync(source).trim(),
    files: imports.filter((name) => name.startsWith('.')).map((name) => normalize(join(dirname(path), name))),
    packages: imports
      .filter((name) => !name.startsWith('.'))
      .filter(isForeign)
      .map(packageOf),
  }
}

function isForeign(specifier: string): boolean {
  return !specifier.startsWith('node:') && !specifier.startsWith('bun:') && specifier !== 'bun'
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** Groups of modules that import each other in a circle (Tarjan's strongly connected components). */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const cycles: string[][] = []
  const visit = (node: string): void => {
    const index = order.size
    order.set(node, index)
    lowest.set(node, index)
    stack.push(node)
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) visit(next)
      // A finished component is off the stack and belongs to nobody's circle any more.
      if (stack.includes(next)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(next)!))
    }
    if (lowest.get(node) !== index) return
    const component = stack.splice(stack.indexOf(node))
    if (component.length > 1 || graph.get(node)?.includes(node)) cycles.push(component.sort())
  }
  for (const node of graph.keys()) if (!order.has(node)) visit(node)
  return cycles
}
