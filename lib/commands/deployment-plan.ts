/** From the arguments of `xserve run` and a Deployment's YAML, which describes one executor and its gateway, to its plan. */
import { fromCommandLine } from '../config/given.ts'
import { sentence } from '../config/problems.ts'
import { isOfFront } from '../config/table/options.ts'
import { readYaml } from '../config/yaml-file.ts'
import { XserveError } from '../errors.ts'
import { isDeployment, loadFlow } from '../plan/load.ts'
import type { FlowPlan } from '../plan/plan.ts'
import type { Args } from './arguments.ts'
import { NOT_ALONE, readGiven } from './table-options.ts'

/** They are for the program, or say which file it is. */
const OF_PROCESS: ReadonlySet<string> = new Set(['uses', 'quiet'])

/** Throws XserveError FILE_NOT_FOUND, BAD_CONFIG. */
export const isDeploymentFile = (file: string): boolean => isDeployment(readYaml(file).value)

/** What the command line says goes before what the file says. Throws XserveError. */
export function readDeploymentPlan(file: string, args: Args, warn: (warning: string) => void): FlowPlan {
  if (args.has('executor')) {
    throw new XserveError('BAD_ARGUMENT', '--executor chooses a class of a module, and this is a Deployment', {
      where: file,
      hint: 'name it there: uses: my_executor.ts#ClassName',
    })
  }
  const { plan, warnings } = loadFlow(
    file,
    { env: process.env, context: args.object('context') },
    {
      over: fromCommandLine(only(readGiven(args, 'gateway', OF_PROCESS), true)),
      overExecutors: fromCommandLine(only(readGiven(args, 'executor', NOT_ALONE), false)),
      live: args.flag('reload') === true,
    },
  )
  for (const warning of warnings) warn(sentence(warning))
  // What is watched of the code is watched of its YAML, too.
  const deployments = plan.deployments.map((one) => ({ ...one, restart: one.restart || one.reload }))
  const restart = deployments.some((one) => one.restart)
  return { ...plan, gateway: { ...plan.gateway, restart }, deployments }
}

/** Those of the gateway, or those of the executor: each is told once. */
function only(given: Readonly<Record<string, unknown>>, ofFront: boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([key]) => isOfFront(key) === ofFront))
}
