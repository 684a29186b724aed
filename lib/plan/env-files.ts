/** `env_file`: files of NAME=value lines, as if they stood in `env`; later ones go before. */
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { badVariable } from '../config/bad-entry.ts'
import type { OptionValue } from '../config/read-options.ts'
import { whatIsThere, whyUnreadable } from '../config/unreadable.ts'
import { type Reading, resolvePath } from './reading.ts'

export function readEnvFiles(option: OptionValue | undefined, reading: Reading): Readonly<Record<string, string>> {
  if (option === undefined) return {}
  const env: Record<string, string> = {}
  for (const name of option.value as readonly string[]) {
    const file = resolvePath(option.at, name, reading)
    // One that is not there is waited for, where files are watched.
    reading.files.add(file)
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch (error) {
      const hint = whatIsThere(
        file,
        (other) => other.endsWith('.env') || other.startsWith('.env'),
        'files of variables',
      )
      reading.problems.add(option.at, `${name} cannot be read: ${whyUnreadable(file, error)}`, hint)
      continue
    }
    for (const [key, value = ''] of Object.entries(parseEnv(text))) {
      const why = badVariable(key, value)
      if (why === null) env[key] = value
      else reading.problems.add(option.at, `${name}: ${JSON.stringify(key)} ${why}`)
    }
    for (const line of strayLines(text))
      reading.problems.warn(option.at, `${name}: ${JSON.stringify(line)} is no NAME=value, and left out`)
  }
  return env
}

/** Lines that set nothing, which the reader of such files passes over without a word. */
function strayLines(text: string): readonly string[] {
  const lines = text.replaceAll(/(=[ \t]*)(["'`])[\s\S]*?\2/g, '$1').split(/\r?\n/)
  return lines.map((line) => line.trim()).filter((line) => !/^(?:$|#|(?:export\s+)?[\w.-]+\s*=)/.test(line))
}
