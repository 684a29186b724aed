/** Endpoints that have declared what they take and give: what comes in is checked before the method, what goes out behind it. */
import type { Document } from '../../document/document.ts'
import type { DocumentArray } from '../../document/document-array.ts'
import type { EndpointSchema } from '../../wire/schemas/endpoint-schema.ts'
import type { CallRules, ExecutorCall } from '../call.ts'
import { type Checker, createChecker } from './checker.ts'
import type { Declared, Schema } from './declared.ts'
import { DocumentPlan } from './document-plan.ts'

export interface TypedEndpoint extends CallRules {
  readonly schema: EndpointSchema
}

/** Throws XserveError BAD_ENDPOINT for what is no schema. */
export function typedEndpoint(endpoint: string, declared: Declared): TypedEndpoint {
  const word = endpoint.replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim() || 'default'
  const name = word.replaceAll(/(?:^| )(.)/g, (_, letter: string) => letter.toUpperCase())
  const input = declared.input === undefined ? null : documentCheck(declared.input, 'input', `${name}Input`)
  const given = declared.output ?? declared.input
  const output =
    given === undefined ? null : documentCheck(given, 'output', `${name}${declared.output ? 'Output' : 'Input'}`)
  const parameters =
    declared.parameters === undefined ? null : createChecker(declared.parameters, 'input', `${name}Parameters`)
  return {
    schema: {
      input: input?.named ?? null,
      output: output?.named ?? null,
      parameters: parameters?.named ?? null,
    },
    receive(call) {
      const checks: (void | Promise<void>)[] = []
      if (parameters) checks.push(receiveParameters(call, parameters))
      if (input) {
        const { docs } = call
        for (let i = 0; i < docs.length; i++) checks.push(input.receive(docs.at(i)!, `docs[${i}]`))
      }
      const waits = checks.filter((check) => check !== undefined)
      return waits.length === 0 ? undefined : Promise.all(waits).then(() => {})
    },
    send(documents: DocumentArray) {
      if (output) for (let i = 0; i < documents.length; i++) output.send(documents.at(i)!, `output docs[${i}]`)
    },
  }
}

function receiveParameters(call: ExecutorCall, checker: Checker): void | Promise<void> {
  const plan = checker.named ? new DocumentPlan(checker.named.model) : null
  const value = plan ? plan.withDefaults(call.parameters) : call.parameters
  const take = (checked: unknown): void => call.replaceParameters(checked as Record<string, unknown>)
  const checked = checker.check(value, 'parameters')
  if (checked instanceof Promise) return checked.then(take)
  take(checked)
}

interface DocumentCheck {
  readonly named: EndpointSchema['input']
  receive(document: Document, place: string): void | Promise<void>
  send(document: Document, place: string): void
}

function documentCheck(schema: Schema, side: 'input' | 'output', fallback: string): DocumentCheck {
  const whole = createChecker(schema, side, fallback)
  const plan = whole.named ? new DocumentPlan(whole.named.model) : null
  // A schema of a library checks by itself; of JSON schema only what a validator knows is left to it.
  const checker = plan && !('~standard' in schema) ? createChecker(plan.checkable(), side, fallback) : whole
  const apply = (document: Document, checked: unknown, before: Readonly<Record<string, unknown>>): void => {
    if (typeof checked !== 'object' || checked === null || checked === before) return
    for (const [name, value] of Object.entries(checked)) {
      if (value !== before[name] && !isDeep(value, before[name])) document.fields[name] = value
    }
  }
  return {
    named: whole.named,
    receive(document, place) {
      plan?.receive(document, place)
      plan?.checkKinds(document, place)
      const before = plan ? plan.plain(document) : { ...document.fields }
      const checked = checker.check(before, place)
      if (checked instanceof Promise) return checked.then((value) => apply(document, value, before))
      apply(document, checked, before)
    },
    send(document, place) {
      plan?.declare(document)
      if (document.isUntouched) return
      plan?.checkKinds(document, place)
      const checked = checker.check(plan ? plan.plain(document) : { ...document.fields }, place)
      // What goes out is not waited for: a schema that needs time for it is checked at the next border.
      if (checked instanceof Promise) checked.catch(() => {})
    },
  }
}

/** A library may copy lists and objects that it has not changed. */
function isDeep(value: unknown, before: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof before === 'object' && Bun.deepEquals(value, before)
}
