/** Parameters against their schema: the method gets what it makes of them. */

import { RESULTS } from '../../wire/results.ts'
import { compile } from './compile.ts'
import { declaredFields } from './fields.ts'
import type { Problem } from './problem.ts'
import type { ReadSchema } from './read-schema.ts'
import { type MaybePromise, problemOf } from './standard-check.ts'
import type { StandardResult } from './standard-schema.ts'

export type Parameters = Record<string, unknown>

/** The parameters as the method is to see them, or what is wrong with them. */
export type ParametersResult = { readonly value: Parameters } | { readonly problem: Problem }
export type ParametersCheck = (given: Parameters) => MaybePromise<ParametersResult>

/** Defaults are filled in; null for what has no null is as if it were left out. Throws XserveError BAD_ENDPOINT. */
export function createParametersCheck(schema: ReadSchema): ParametersCheck {
  const check = judge(schema)
  return (given) => {
    // What earlier executors returned stands among the parameters, and is nobody's to declare.
    const { [RESULTS]: results, ...own } = given
    const finish = (result: ParametersResult): ParametersResult =>
      'problem' in result || results === undefined ? result : { value: { ...result.value, [RESULTS]: results } }
    const result = check(own)
    return result instanceof Promise ? result.then(finish) : finish(result)
  }
}

function judge({ named, validate, what }: ReadSchema): ParametersCheck {
  if (validate) {
    const settle = (result: StandardResult<unknown>, own: Parameters): ParametersResult => {
      if (result.issues) return { problem: problemOf(result.issues) }
      const { value } = result
      return { value: typeof value === 'object' && value !== null ? { ...value } : own }
    }
    return (own) => {
      const result = validate(own)
      return result instanceof Promise ? result.then((settled) => settle(settled, own)) : settle(result, own)
    }
  }
  const { model } = named!
  const fields = declaredFields(model)
  const fits = compile(model, what)
  return (own) => {
    for (const { name, nullable, preset } of fields) {
      if (own[name] !== undefined && (own[name] !== null || nullable)) continue
      if (preset === undefined) delete own[name]
      else own[name] = structuredClone(preset)
    }
    const problem = fits(own)
    return problem ? { problem } : { value: own }
  }
}
