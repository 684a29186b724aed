/** `env_file`: files of NAME=value lines, as if they stood in `env`; later ones go before. */
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { OptionValue } from '../config/read-options.ts'
import { type Reading, resolvePath } from './reading.ts'

export function readEnvFiles(option: OptionValue | undefined, reading: Reading): Readonly<Record<string, string>> {
  if (option === undefined) return {}
  const env: Record<string, string> = {}
  for (const name of option.value as readonly string[]) {
    const file = resolvePath(option.at, name, reading)
    try {
      Object.assign(env, parseEnv(readFileSync(file, 'utf8')))
      reading.files.add(file)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      reading.problems.add(option.at, `${name} cannot be read: ${why}`)
    }
  }
  return env
}
