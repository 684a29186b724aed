// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables in YAML look like this
/** Variables in YAML: `${{ ENV.X }}`, `${{ CONTEXT.x }}`, `${{ root.a.b }}`, `${{ this.k }}`, `$X` (Jina facts §3.10). */
import { type Given, memberOf } from './given.ts'
import type { Problems } from './problems.ts'

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
const HINT =
  'ENV.X is of the environment, CONTEXT.x is given by --context, root.a.b stands in the file, this.k beside it'

/** What is not there, or cannot be. */
class Missing extends Error {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message)
  }
}

/** The value with its variables replaced, keys left alone; what has none that fits is a problem and stays as written. */
export function substitute(given: Given, variables: Variables, problems: Problems): Given {
  const root = given.value

  const lookUp = (name: string, parent: unknown, depth: number): unknown => {
    const [scope, ...rest] = name.split('.')
    const key = rest.join('.')
    switch (rest.length === 0 ? '' : scope) {
      case '':
        return memberValue(variables.context, name, name)
      case 'ENV':
      case 'env':
        return typed(String(memberValue(variables.env, key, name)))
      case 'CONTEXT':
      case 'context':
        return memberValue(variables.context, key, name)
      case 'root':
      case 'this': {
        if (depth > MAX_DEPTH) throw new Missing(`\${{ ${name} }} leads back to itself`)
        let at: unknown = scope === 'root' ? root : parent
        for (const part of key.split(/[.[\]]/).filter((one) => one !== '')) at = memberValue(at, part, name)
        return resolve(at, parent, depth + 1)
      }
      default:
        throw missing(name)
    }
  }

  /** Of something referred to: places are those of the reference. */
  const resolve = (value: unknown, parent: unknown, depth: number): unknown => {
    if (typeof value === 'string') return text(value, parent, depth)
    if (Array.isArray(value)) return value.map((item) => resolve(item, value, depth))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, value, depth)]))
  }

  const text = (value: string, parent: unknown, depth: number): unknown => {
    const whole = WHOLE.exec(value)?.[1]
    if (whole !== undefined) return lookUp(whole, parent, depth)
    if (!value.includes('$')) return value
    // In one go: the value of a variable is not looked through again.
    const replaced = value.replace(
      new RegExp(`${EXPRESSION.source}|${PLAIN.source}`, 'g'),
      (written, name?: string, braced?: string, bare?: string) =>
        name !== undefined ? inText(lookUp(name, parent, depth)) : (variables.env[braced ?? bare ?? ''] ?? written),
    )
    return replaced === value ? value : typed(replaced)
  }

  const walk = (at: Given, parent: unknown): unknown => {
    const { value } = at
    if (typeof value === 'string') {
      if (/^(?:yes|no)$/i.test(value) && at.source.isBare?.(at.path)) {
        const word = value.toLowerCase() === 'yes'
        problems.warn(
          at,
          `${value} is a text, as in YAML 1.2; Jina reads ${word}`,
          `write ${word}, or "${value}" for the text`,
        )
      }
      try {
        return text(value, parent, 0)
      } catch (error) {
        if (!(error instanceof Missing)) throw error
        problems.add(at, error.message, error.hint)
        return value
      }
    }
    if (Array.isArray(value)) return value.map((_, index) => walk(memberOf(at, index), value))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.keys(value).map((key) => [key, walk(memberOf(at, key), value)]))
  }

  return { ...given, value: walk(given, null) }
}

function memberValue(holder: unknown, key: string, name: string): unknown {
  if (typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)) {
    const value = (holder as Readonly<Record<string, unknown>>)[key]
    if (value !== undefined) return value
  }
  throw missing(name)
}

const missing = (name: string): Missing => new Missing(`there is no \${{ ${name} }}`, HINT)

const inText = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)

/** Variables are texts; a number or truth value is meant where it would be written in just this way. */
function typed(text: string): unknown {
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) && String(Number(text)) === text) return Number(text)
  return text === 'true' ? true : text === 'false' ? false : text
}
