/** Endpoints that have declared what they take and give: what comes in is checked before the method, what goes out behind it. */
import { pathText } from '../../config/given.ts'
import type { Document } from '../../document/document.ts'
import { XserveError } from '../../errors.ts'
import type { EndpointSchema, JsonSchema } from '../../wire/schemas/endpoint-schema.ts'
import type { CallRules, ExecutorCall } from '../call.ts'
import type { Declared, Schema } from './declared.ts'
import { createDocumentCheck } from './document-check.ts'
import { ValidationError } from './invalid.ts'
import { createParametersCheck, type ParametersCheck, type ParametersResult } from './parameters-check.ts'
import { type Problem, sentence } from './problem.ts'
import { type ReadSchema, readSchema, type Side } from './read-schema.ts'
import { SchemaNames } from './schema-names.ts'
import { createStandardCheck, type StandardDocumentCheck } from './standard-check.ts'

export interface TypedEndpoint extends CallRules {
  readonly schema: EndpointSchema
}

/** Throws XserveError BAD_ENDPOINT for what is no schema. */
export function typedEndpoints(declared: ReadonlyMap<string, Declared>): Map<string, TypedEndpoint> {
  const shared: Shared = { names: new SchemaNames(), checks: new Map() }
  return new Map([...declared].map(([endpoint, one]) => [endpoint, typedEndpoint(endpoint, one, shared)]))
}

/** What the endpoints of one executor have in common. Most take and give the same few classes: each is compiled once, which takes a millisecond or two. */
interface Shared {
  readonly names: SchemaNames
  readonly checks: Map<JsonSchema, StandardDocumentCheck>
}

function typedEndpoint(endpoint: string, declared: Declared, { names, checks }: Shared): TypedEndpoint {
  const word = endpoint.replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim() || 'default'
  const name = word.replaceAll(/(?:^| )(.)/g, (_, letter: string) => letter.toUpperCase())
  const read = (schema: Schema | undefined, side: Side, part: string): ReadSchema | null =>
    schema === undefined ? null : readSchema(schema, side, `${name}${part}`)
  const input = read(declared.input, 'input', 'Input')
  const output = read(declared.output ?? declared.input, 'output', declared.output ? 'Output' : 'Input')
  const parameters = read(declared.parameters, 'input', 'Parameters')
  const checkInput = input && documentCheck(input, checks)
  const checkOutput = output && documentCheck(output, checks)
  const checkParameters = parameters && createParametersCheck(parameters)
  const changesClass = declared.output !== undefined && declared.output !== declared.input
  return {
    schema: {
      input: names.distinct(input?.named ?? null),
      output: names.distinct(output?.named ?? null),
      parameters: names.distinct(parameters?.named ?? null),
    },
    changesClass,
    receive(call) {
      const waits: Promise<void>[] = []
      const wait = (checked: Promise<void> | undefined): void => {
        if (checked) waits.push(checked)
      }
      if (checkParameters) wait(receiveParameters(call, checkParameters))
      let index = 0
      if (checkInput) for (const document of call.docs) wait(receiveDocument(document, index++, checkInput))
      return waits.length === 0 ? undefined : Promise.all(waits).then(() => {})
    },
    send(documents) {
      if (!checkOutput) return
      let index = 0
      for (const document of documents) {
        if (changesClass || !document.isUntouched) sendDocument(document, index, checkOutput, endpoint)
        index++
      }
    },
  }
}

function documentCheck({ named, validate, what }: ReadSchema, checks: Shared['checks']): StandardDocumentCheck {
  if (validate) return createStandardCheck(validate, named?.model ?? null)
  const { model } = named!
  let check = checks.get(model)
  if (!check) checks.set(model, (check = createDocumentCheck(model, what)))
  return check
}

function receiveParameters(call: ExecutorCall, check: ParametersCheck): Promise<void> | undefined {
  const settle = (result: ParametersResult): void => {
    if ('problem' in result) throw refused(result.problem, ['parameters'])
    call.replaceParameters(result.value)
  }
  const result = check(call.parameters)
  if (result instanceof Promise) return result.then(settle)
  settle(result)
  return undefined
}

function receiveDocument(document: Document, index: number, check: StandardDocumentCheck): Promise<void> | undefined {
  const settle = (problem: Problem | null): void => {
    if (problem) throw refused(problem, ['docs', index])
  }
  const result = check(document)
  if (result instanceof Promise) return result.then(settle)
  settle(result)
  return undefined
}

function refused(problem: Problem, place: readonly (string | number)[]): ValidationError {
  return new ValidationError(pathText([...place, ...problem.path]), sentence(problem))
}

/** What does not fit is the executor's fault, not the caller's. Nothing is waited for: documents leave as they are made. */
function sendDocument(document: Document, index: number, check: StandardDocumentCheck, endpoint: string): void {
  const result = check(document)
  if (result instanceof Promise) {
    result.catch(() => {})
    throw new XserveError('BAD_RESULT', `the output of ${endpoint} has a schema that checks asynchronously`, {
      hint: 'take a schema for `output` that needs no promise; for `input` and `parameters` it may',
    })
  }
  if (result === null) return
  const place = pathText(['docs', index, ...result.path])
  throw new XserveError('BAD_RESULT', `${endpoint} gives what its output schema refuses: ${place}: ${sentence(result)}`)
}
