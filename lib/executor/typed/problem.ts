/** What a schema has against a value: where it stands, and what should be there. */

export interface Problem {
  /** From the document or the parameters on. */
  readonly path: readonly PathPart[]
  /** `must be an integer`. */
  readonly expected: string
  /** What stands there instead; undefined: nothing. */
  readonly value?: unknown
}

export type PathPart = string | number

/** Short enough for a message. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value instanceof Uint8Array) return `${value.length} bytes`
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

/** `must be an integer, not "much"`. */
export function sentence({ expected, value }: Problem): string {
  return value === undefined ? expected : `${expected}, not ${shown(value)}`
}

/** The same problem, of what stands at `path` of something larger. */
export function within(problem: Problem, ...path: readonly PathPart[]): Problem {
  return { ...problem, path: [...path, ...problem.path] }
}

export const REQUIRED = 'is missing, and has no default'

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
}

const typeNames = (type: unknown): string =>
  (Array.isArray(type) ? type : [type]).map((one) => NAMES[String(one)] ?? String(one)).join(' or ')

/** The demand of one keyword in words. */
export function expectation(keyword: string, demand: unknown): string {
  switch (keyword) {
    case 'type':
      return `must be ${typeNames(demand)}`
    case 'required':
      return REQUIRED
    case 'enum':
      return `must be one of ${shownList(demand)}`
    case 'const':
      return `must be ${JSON.stringify(demand)}`
    case 'minimum':
      return `must be at least ${demand}`
    case 'maximum':
      return `must be at most ${demand}`
    case 'exclusiveMinimum':
      return `must be more than ${demand}`
    case 'exclusiveMaximum':
      return `must be less than ${demand}`
    case 'multipleOf':
      return `must be a multiple of ${demand}`
    case 'minLength':
      return `must have at least ${demand} characters`
    case 'maxLength':
      return `must have at most ${demand} characters`
    case 'minItems':
      return `must have at least ${demand} items`
    case 'maxItems':
      return `must have at most ${demand} items`
    case 'pattern':
      return `must match ${demand}`
    case 'anyOf':
    case 'oneOf':
      return `must be ${choices(demand)}`
    default:
      return `must fit ${keyword} of the schema`
  }
}

const shownList = (list: unknown): string =>
  Array.isArray(list) ? list.map((one) => JSON.stringify(one)).join(', ') : String(list)

function choices(demand: unknown): string {
  const types = Array.isArray(demand) ? demand.map((one) => (one as { type?: unknown } | null)?.type) : []
  return types.length > 0 && types.every((type) => type !== undefined)
    ? typeNames(types.flat())
    : 'one of the forms that the schema allows'
}
