/** `xserve export schema`: the JSON schema of YAML files, for completion and checks in editors. */

import { configSchema } from '../config/json-schema.ts'
import { unwritable } from '../config/unwritable.ts'
import { XserveError } from '../errors.ts'
import type { Args } from './arguments.ts'

export async function toSchema(args: Args): Promise<number> {
  const extra = args.positional(2)
  if (extra !== undefined) throw new XserveError('BAD_ARGUMENT', `unexpected argument ${JSON.stringify(extra)}`)
  const text = `${JSON.stringify(configSchema(), null, 2)}\n`
  const out = args.positional(1) ?? args.text('json-path')
  if (out === undefined) await Bun.write(Bun.stdout, text)
  else await writeTo(out, text)
  return 0
}

async function writeTo(file: string, text: string): Promise<void> {
  try {
    await Bun.write(file, text)
  } catch (error) {
    throw unwritable(file, error)
  }
}
