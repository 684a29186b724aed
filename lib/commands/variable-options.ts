/** Values of variables in YAML, from the command line. */
import type { Variables } from '../config/variables.ts'
import type { Args, Option } from './arguments.ts'

export const VARIABLE_OPTIONS: readonly Option[] = [
  { name: 'env', type: 'object', value: 'K=V', summary: 'Environment of the executors, and ENV.K in YAML', many: true },
  { name: 'context', type: 'object', value: 'JSON', summary: 'Values of CONTEXT.x in YAML', many: true },
]

/** What was given for the environment. */
export function readEnv(args: Args): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(args.object('env')).map(([key, value]) => [key, String(value)]))
}

export function readVariables(args: Args): Variables {
  return { env: { ...process.env, ...readEnv(args) }, context: args.object('context') }
}
