/** First step of a worker's life: the user's module is imported, and the class to serve found in it. */
import path from 'node:path'
import { XserveError } from '../errors.ts'
import { Executor } from '../executor/executor.ts'
import { isStreaming } from '../executor/generator.ts'
import { requests } from '../executor/requests.ts'
import { type HandedOver, orHandedOver, type Waiting } from './handed-over.ts'
import { explainLoadFailure } from './load-failure.ts'

export interface UserModule {
  readonly executor: typeof Executor
  readonly className: string
}

/** Makes `import … from 'xserve'` in user code mean the SDK inside this program, before any user code runs. */
export function provideSdk(sdk: Record<string, unknown>): void {
  Bun.plugin({
    name: 'xserve',
    setup(build) {
      build.module('xserve', () => ({ exports: sdk, loader: 'object' }))
    },
  })
}

/**
 * Loads all the modules, and takes the class from the first that has it: the one named, else the first that says what it
 * serves. A module that serves classes itself never ends there: it hands them over. Throws XserveError MODULE_FAILED with
 * the position, NO_EXECUTOR, AMBIGUOUS_EXECUTOR.
 */
export async function loadUserModule(
  files: readonly string[],
  className: string | null,
  handed?: HandedOver,
  waiting: Waiting = { isOfScript: false },
): Promise<UserModule> {
  for (const name of Object.keys(require.cache)) own.add(name)
  const loading = loadAll(files, className)
  return handed ? orHandedOver(loading, handed, files[0]!, className, waiting) : loading
}

async function loadAll(files: readonly string[], className: string | null): Promise<UserModule> {
  const loaded: [string, Record<string, unknown>][] = []
  for (const file of files) {
    try {
      // A variable: a literal path would be taken into the binary at build time.
      loaded.push([file, (await import(file)) as Record<string, unknown>])
    } catch (error) {
      throw await explainLoadFailure(error, file)
    }
  }
  return firstOf(loaded, className)
}

/** The error of the first module is the one that is told: it is the main one. */
function firstOf(loaded: readonly [string, Record<string, unknown>][], className: string | null): UserModule {
  let failure: unknown
  for (const [file, exported] of loaded) {
    try {
      return chooseExecutor(exported, file, className)
    } catch (error) {
      if (!(error instanceof XserveError && error.code === 'NO_EXECUTOR')) throw error
      failure ??= error
    }
  }
  throw failure
}

/** Modules of this very program, when it runs from its sources. */
const own = new Set<string>()

/** User files that were really loaded: what is neither ours nor under node_modules. */
export function loadedModules(): string[] {
  return Object.keys(require.cache).filter((name) => !own.has(name) && isUserFile(name))
}

function isUserFile(name: string): boolean {
  return path.isAbsolute(name) && !/[\\/]node_modules[\\/]|\$bunfs|~BUN/.test(name)
}

function chooseExecutor(exported: Record<string, unknown>, file: string, className: string | null): UserModule {
  const found = new Map<string, typeof Executor>()
  for (const [name, value] of Object.entries(exported)) {
    if (isExecutor(value)) found.set(name === 'default' ? nameOf(value, file) : name, value)
  }
  if (className !== null) {
    const named = found.get(className) ?? [...found.values()].find((one) => one.name === className)
    if (named) return { executor: named, className: nameOf(named, file) }
    throw new XserveError('NO_EXECUTOR', `${file} exports no Executor named ${className}`, {
      where: file,
      hint: found.size === 0 ? describeExports(exported) : `it exports ${[...found.keys()].join(', ')}`,
    })
  }
  const main = exported.default
  if (isExecutor(main)) return { executor: main, className: nameOf(main, file) }
  if (isFunction(main)) return functionExecutor(main, file)
  const [first, ...others] = new Set(found.values())
  if (first === undefined) {
    throw new XserveError('NO_EXECUTOR', `${file} exports no Executor`, {
      where: file,
      hint: describeExports(exported),
    })
  }
  if (others.length > 0) {
    const names = [...found.keys()].join(', ')
    throw new XserveError('AMBIGUOUS_EXECUTOR', `${file} exports several Executors: ${names}`, {
      where: file,
      hint: `choose one: ${path.basename(file)}#${[...found.keys()][0]}, or --executor NAME, or export one as default`,
    })
  }
  return { executor: first, className: nameOf(first, file) }
}

/** What has no name of its own is called after its file. */
function nameOf(exported: { readonly name: string }, file: string): string {
  const stem = path.parse(file).name
  // The compiler gives a nameless default class a name of its own.
  const nameless = ['', 'default', `${stem.replaceAll(/\W/g, '_')}_default`].includes(exported.name)
  return nameless ? stem : exported.name
}

function isExecutor(value: unknown): value is typeof Executor {
  return typeof value === 'function' && value.prototype instanceof Executor
}

function isFunction(value: unknown): value is (call: unknown) => unknown {
  return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value))
}

/** `export default ({ docs }) => …`: the function is the default endpoint; with `function*` it streams. */
function functionExecutor(handle: (call: unknown) => unknown, file: string): UserModule {
  const className = nameOf(handle, file)
  class FunctionExecutor extends Executor {
    handle(call: unknown): unknown {
      return handle(call)
    }
  }
  // The method is to be a generator where the function is one.
  if (isStreaming(handle)) {
    FunctionExecutor.prototype.handle = async function* (call) {
      yield* handle(call) as AsyncIterable<unknown>
    }
  }
  requests()(
    FunctionExecutor.prototype,
    'handle',
    Object.getOwnPropertyDescriptor(FunctionExecutor.prototype, 'handle')!,
  )
  Object.defineProperty(FunctionExecutor, 'name', { value: className })
  return { executor: FunctionExecutor, className }
}

function describeExports(exported: Record<string, unknown>): string {
  const names = Object.keys(exported)
  const what = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ')}`
  return `${what}; serve a class that extends Executor, or a default function`
}
