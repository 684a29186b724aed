/** `expose_endpoints`: routes of the operator's choice to endpoints of executors (Jina facts §2.1). */

import { XserveError } from '../../../errors.ts'
import { isObject } from '../../../objects.ts'

/** One route of the option. */
export interface ExposedEndpoint {
  readonly endpoint: string
  readonly path: string
  readonly methods: readonly string[]
  /** For the OpenAPI document; '' when there is none. */
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])

/** `{"/foo": {"methods": ["POST"], "http_path": "/bar", "summary": "…"}}`. Throws XserveError BAD_ARGUMENT. */
export function parseExposedEndpoints(value: unknown): ExposedEndpoint[] {
  const parsed = typeof value === 'string' ? parse(value) : value
  if (parsed === undefined || parsed === null) return []
  if (!isObject(parsed)) throw refused('it must be an object: endpoint → options')
  return Object.entries(parsed).map(([endpoint, options]) => readEntry(endpoint, options ?? {}))
}

function parse(text: string): unknown {
  try {
    return text.trim() === '' ? null : (JSON.parse(text) as unknown)
  } catch (error) {
    throw refused(`it is no JSON: ${error instanceof Error ? error.message : error}`)
  }
}

function readEntry(endpoint: string, options: unknown): ExposedEndpoint {
  if (!isObject(options)) throw refused(`${endpoint} must be an object of options`)
  const path = options.http_path ?? options.path ?? endpoint
  if (typeof path !== 'string' || path === '') throw refused(`the path of ${endpoint} must be a text`)
  const methods = options.methods ?? ['POST']
  if (!isTexts(methods) || methods.length === 0) throw refused(`the methods of ${endpoint} must be a list of texts`)
  const upper = methods.map((method) => method.toUpperCase())
  const unknown = upper.find((method) => !METHODS.has(method))
  if (unknown !== undefined)
    throw refused(`${endpoint} cannot be called with ${unknown}, only with ${[...METHODS].join(', ')}`)
  const { summary = '', description = '', tags = ['Customized'] } = options
  return {
    endpoint,
    path: path.startsWith('/') ? path : `/${path}`,
    methods: upper,
    summary: String(summary ?? ''),
    description: String(description ?? ''),
    tags: isTexts(tags) ? tags : ['Customized'],
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function refused(why: string): XserveError {
  return new XserveError('BAD_ARGUMENT', `expose_endpoints: ${why}`, {
    hint: 'for example {"/foo": {"methods": ["POST"], "summary": "what it does"}}',
  })
}
