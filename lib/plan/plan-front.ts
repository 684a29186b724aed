/** What a gateway without executors of its own is told on the command line, as a plan. */
import { fromCommandLine } from '../config/given.ts'
import { createProblems } from '../config/problems.ts'
import { readOptions } from '../config/read-options.ts'
import type { Problem } from '../errors.ts'
import { readFront } from './front.ts'
import type { GatewayPlan } from './plan.ts'
import type { Reading } from './reading.ts'

export interface FrontOptions {
  /** Where relative paths begin. */
  readonly folder: string
  /** Told of what is accepted and does nothing. */
  readonly warn: (warning: Problem) => void
}

/** `given`: options of the table by their names in programs. Rejects with XserveError BAD_ARGUMENT, which has all the problems. */
export async function planFront(
  given: Readonly<Record<string, unknown>>,
  { folder, warn }: FrontOptions,
): Promise<GatewayPlan> {
  const problems = createProblems()
  const reading: Reading = {
    problems,
    variables: { env: process.env, context: {} },
    folder,
    files: new Set(),
    checksClasses: true,
  }
  const at = fromCommandLine(given)
  const plan = readFront(readOptions('gateway', at, problems), at, reading)
  problems.settle('BAD_ARGUMENT')
  problems.warnings.forEach(warn)
  return plan
}
