/** What is exported, as a plan: a Flow's or a Deployment's YAML, or one executor in any of the ways to name it. */

import { isYamlName } from '../config/file-names.ts'
import { fromCommandLine } from '../config/given.ts'
import { sentence } from '../config/problems.ts'
import { readYaml } from '../config/yaml-file.ts'
import { XserveError } from '../errors.ts'
import { isFlow, loadFlow } from '../plan/load.ts'
import type { FlowPlan } from '../plan/plan.ts'
import { planExecutor } from '../plan/plan-executor.ts'
import type { Args, Option } from './arguments.ts'
import { readHttpOptions } from './http-options.ts'
import { readListeners } from './protocols.ts'
import { acceptedOf, NOT_ALONE, readGiven } from './table-options.ts'
import { readVariables, VARIABLE_OPTIONS } from './variable-options.ts'

/** Options of the Flow's gateway go before those in its file; one executor takes those of executors. */
export const PLAN_OPTIONS: readonly Option[] = [
  ...VARIABLE_OPTIONS,
  ...unique([...acceptedOf('executor'), ...acceptedOf('gateway')], ['env']),
]

function unique(options: readonly Option[], without: readonly string[]): readonly Option[] {
  const taken = new Set(without)
  return options.filter(({ name }) => !taken.has(name) && taken.add(name))
}

/** They are the exporter's, or for the program that serves. */
const OWN: ReadonlySet<string> = new Set(['uses', 'env', 'reload', 'restart', 'quiet', 'k8s_namespace'])

/** Rejects with XserveError. */
export async function readExportPlan(
  given: string | undefined,
  args: Args,
  warn: (message: string) => void,
): Promise<FlowPlan> {
  if (given === undefined) {
    throw new XserveError('BAD_ARGUMENT', 'what is to be exported? The file is missing', {
      hint: 'for example: xserve export kubernetes flow.yml k8s/',
    })
  }
  if (isYamlName(given) && isFlow(readYaml(given).value)) {
    const { plan, warnings } = loadFlow(given, readVariables(args), {
      over: fromCommandLine(readGiven(args, 'gateway', OWN)),
      keepsNames: true,
    })
    for (const warning of warnings) if (!isOfServing(warning.message)) warn(sentence(warning))
    return plan
  }
  const { protocols: listeners } = readListeners(args)
  return planExecutor(given, {
    folder: process.cwd(),
    spec: readGiven(args, 'executor', new Set([...NOT_ALONE, ...OWN])),
    gateway: { listeners, http: readHttpOptions(args) },
    context: args.object('context'),
    warn: (warning) => {
      if (!isOfServing(warning.message)) warn(sentence(warning))
    },
  })
}

/** What this program cannot do yet others may, in whose image it arrives. */
const isOfServing = (message: string): boolean =>
  / comes into force with a later version| is for containers alone/.test(message)
