// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables in YAML look like this
/** Variables in YAML: `${{ ENV.X }}`, `${{ CONTEXT.x }}`, `${{ root.a.b }}`, `${{ this.k }}`, `$X` (Jina facts §3.10). */
import type { Path, YamlFile } from './yaml-file.ts'

export interface Variables {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly context: Readonly<Record<string, unknown>>
}

const EXPRESSION = /\$\{\{\s*([^{}]*?)\s*\}\}/g
const WHOLE = /^\$\{\{\s*([^{}]*?)\s*\}\}$/
/** `$X` and `${X}`, which stay as they are where the environment has no X. */
const PLAIN = /\$(?:\{(\w+)\}|([A-Za-z_]\w*))/g
/** A reference may lead to a reference; one that leads back has no end. */
const MAX_DEPTH = 20

/** The value with its variables replaced, keys left alone. Throws XserveError BAD_CONFIG at the place of one that is not there. */
export function substitute(file: YamlFile, variables: Variables): unknown {
  const { value: root } = file

  const lookUp = (name: string, path: Path, parent: unknown, depth: number): unknown => {
    const [scope, ...rest] = name.split('.')
    if (rest.length === 0) return has(variables.context, name) ? variables.context[name] : missing(name, path)
    const key = rest.join('.')
    if (scope === 'ENV' || scope === 'env') {
      const found = variables.env[key]
      return found === undefined ? missing(name, path) : typed(found)
    }
    if (scope === 'CONTEXT' || scope === 'context')
      return has(variables.context, key) ? variables.context[key] : missing(name, path)
    if (scope !== 'root' && scope !== 'this') return missing(name, path)
    if (depth > MAX_DEPTH) throw file.fault(path, `\${{ ${name} }} leads back to itself`)
    let at: unknown = scope === 'root' ? root : parent
    for (const part of key.split(/[.[\]]/).filter((one) => one !== '')) {
      if (!has(at, part)) return missing(name, path)
      at = (at as Record<string, unknown>)[part]
    }
    return walk(at, path, parent, depth + 1)
  }

  const missing = (name: string, path: Path): never => {
    throw file.fault(
      path,
      `there is no \${{ ${name} }}`,
      'ENV.X is of the environment, CONTEXT.x is given, root.a.b stands in the file',
    )
  }

  const walk = (value: unknown, path: Path, parent: unknown, depth = 0): unknown => {
    if (typeof value === 'string') return text(value, path, parent, depth)
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index], value, depth))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key], value, depth)]),
    )
  }

  const text = (value: string, path: Path, parent: unknown, depth: number): unknown => {
    const whole = WHOLE.exec(value)?.[1]
    if (whole !== undefined) return lookUp(whole, path, parent, depth)
    if (!value.includes('$')) return value
    const replaced = value
      .replace(EXPRESSION, (_, name: string) => String(lookUp(name, path, parent, depth)))
      .replace(PLAIN, (written, braced?: string, bare?: string) => variables.env[braced ?? bare ?? ''] ?? written)
    return replaced === value ? value : typed(replaced)
  }

  return walk(root, [], null)
}

function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}

/** Variables are texts; numbers and truth values are meant where they look so. */
function typed(text: string): unknown {
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) return Number(text)
  return text === 'true' ? true : text === 'false' ? false : text
}
