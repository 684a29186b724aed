/** `xserve flow FILE`: a graph of executors behind one gateway. */
import { fromCommandLine } from '../config/given.ts'
import { sentence } from '../config/problems.ts'
import { XserveError } from '../errors.ts'
import type { FlowPlan } from '../plan/plan.ts'
import type { Args, CommandDefinition, Option } from './arguments.ts'
import { HTTP_OPTIONS } from './http-options.ts'
import { servePlan } from './serving.ts'
import { FRONT_OPTIONS, LISTENING_OPTIONS, LIVE_OPTIONS, withAccepted } from './serving-options.ts'
import { fromTable, readGiven } from './table-options.ts'
import { readEnv, readVariables, VARIABLE_OPTIONS } from './variable-options.ts'

const OWN: readonly Option[] = [
  { name: 'uses', type: 'text', value: 'FILE', summary: 'The file, as Jina names it' },
  ...VARIABLE_OPTIONS,
  ...fromTable('gateway', ['restart']),
]
/** They are for the program, not for the gateway alone. */
const OF_PROCESS: ReadonlySet<string> = new Set(['uses', 'env', 'reload', 'restart', 'quiet'])

export const flow: CommandDefinition = {
  name: 'flow',
  summary: 'Serve a Flow: the executors of a YAML file behind one gateway',
  positionals: [{ name: 'file', summary: "The Flow's YAML", required: false }],
  options: withAccepted('gateway', [
    ...OWN,
    ...LIVE_OPTIONS,
    ...LISTENING_OPTIONS,
    ...FRONT_OPTIONS,
    ...HTTP_OPTIONS,
    ...fromTable('gateway', ['workspace']),
  ]),
  examples: [
    `xserve flow flow.yml --port 54321`,
    `xserve flow flow.yml --reload  # code and YAML are taken over when they are saved`,
    `xserve flow flow.yml --env MODEL=small  # \${{ ENV.MODEL }} in YAML, MODEL in executors`,
  ],
  async run(args) {
    const file = args.positional(0) ?? args.text('uses')
    if (file === undefined) {
      throw new XserveError('BAD_ARGUMENT', 'which Flow? The file is missing', {
        hint: 'for example: xserve flow flow.yml',
      })
    }
    // A reader of YAML is loaded only where there is some.
    const { loadFlow } = await import('../plan/load.ts')
    const over = fromCommandLine(readGiven(args, 'gateway', OF_PROCESS))
    const warnings: string[] = []
    const load = (): FlowPlan => {
      const loaded = loadFlow(file, readVariables(args), { over, live: args.flag('reload') === true })
      warnings.push(...loaded.warnings.map(sentence))
      return watched(loaded.plan, args, readEnv(args))
    }
    return servePlan('gateway', load(), args, { warnings, load: async () => load() })
  },
}

/** `--reload` is for code and YAML, `--restart` for YAML alone. */
function watched(plan: FlowPlan, args: Args, env: Readonly<Record<string, string>>): FlowPlan {
  const reload = args.flag('reload') === true
  const restart = reload || args.flag('restart') === true
  return {
    ...plan,
    gateway: { ...plan.gateway, reload: plan.gateway.reload || reload, restart: plan.gateway.restart || restart },
    deployments: plan.deployments.map((one) => ({
      ...one,
      env: { ...env, ...one.env },
      reload: one.reload || reload,
      restart: one.restart || restart,
    })),
  }
}
