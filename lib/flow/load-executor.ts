/** What `Executor.loadConfig` does: an executor out of its YAML, in this very process. */
import path from 'node:path'
import { fromProgram, memberOf } from '../config/given.ts'
import { createProblems, sentence } from '../config/problems.ts'
import { mergeOptions, type Options, readOptions } from '../config/read-options.ts'
import { substitute } from '../config/variables.ts'
import { XserveError } from '../errors.ts'
import type { Executor } from '../executor/executor.ts'
import type { LoadExecutorOptions } from '../executor/launcher.ts'
import { makeHere } from '../executor/make-here.ts'
import { createLogger } from '../log.ts'
import { mapOf, objectOf, pathOf, textOf } from '../plan/deployment.ts'
import { readConfig } from '../plan/given-config.ts'
import type { Reading } from '../plan/reading.ts'
import { type ReadUses, readExecutor, readUses } from '../plan/uses.ts'
import { loadUserModule } from '../worker/user-module.ts'

/** Rejects with XserveError BAD_CONFIG, FILE_NOT_FOUND, MODULE_FAILED, NO_EXECUTOR …, and with what constructor or `init()` throw. */
export async function loadExecutor(
  given: string | Readonly<Record<string, unknown>>,
  { context = {}, env, ...over }: LoadExecutorOptions,
): Promise<Executor> {
  const problems = createProblems()
  const folder = process.cwd()
  const variables = { env: { ...process.env, ...env }, context }
  const reading: Reading = { problems, variables, folder, files: new Set(), checksClasses: true }
  const said = readOptions('executor', fromProgram(over), problems)
  const read = readGiven(given, reading)
  problems.settle('BAD_CONFIG')
  const { uses, options: own } = read!
  if (uses.kind !== 'module') {
    throw new XserveError(
      'BAD_ARGUMENT',
      `Executor.loadConfig makes an executor of a class, not of "${String(given)}"`,
      {
        hint: 'name its YAML, its folder or its module',
      },
    )
  }
  const log = createLogger(textOf(said, 'name') ?? 'executor')
  for (const warning of problems.warnings) log.warn(sentence(warning))
  const { executor: Class } = await loadUserModule(uses.modules, uses.className)
  const { executor } = makeHere(Class, hereOptions(mergeOptions(own, said), reading))
  await executor.init()
  return executor
}

/** In all its forms: its YAML, as a file, a text or an object; else as `uses` of a Flow. */
function readGiven(given: string | Readonly<Record<string, unknown>>, reading: Reading): ReadUses | null {
  if (typeof given === 'string' && !given.includes('\n')) {
    return readUses(memberOf(fromProgram({ uses: given }), 'uses'), [], reading)
  }
  const at = substitute(readConfig(given, reading.folder), reading.variables, reading.problems)
  return readExecutor(at, [], null, reading)
}

function hereOptions(options: Options, reading: Reading) {
  const name = textOf(options, 'name')
  const workspace = pathOf(options.get('workspace'), reading)
  return {
    usesWith: objectOf(options, 'uses_with'),
    usesMetas: objectOf(options, 'uses_metas'),
    usesRequests: mapOf(options, 'uses_requests'),
    ...(name === undefined ? {} : { name }),
    ...(workspace === null ? {} : { workspace: path.resolve(workspace) }),
  }
}
