/** What a class is, found out by a worker that loads its modules and makes no executor. */
import { XserveError } from '../errors.ts'
import { createLink } from '../link/create.ts'
import type { ControlMessage } from '../link/messages.ts'
import { selfCommand } from './self.ts'
import { errorOfFailure } from './worker-process.ts'

export interface DescribedClass {
  readonly className: string
  /** Endpoint → method. */
  readonly requests: Readonly<Record<string, string>>
}

/** A module that takes longer at its top level has something else in mind. */
const LONGEST_MS = 30_000

/** What the modules print is dropped. Rejects with MODULE_FAILED, NO_EXECUTOR, BAD_ENDPOINT …, and START_TIMEOUT. */
export async function describeClass(
  modules: readonly string[],
  className: string | null,
  usesRequests: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<DescribedClass> {
  const child = Bun.spawn([...selfCommand(), 'worker'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env, BUN_FEATURE_FLAG_NO_ORPHANS: '1' },
  })
  const found = Promise.withResolvers<DescribedClass>()
  const control = (message: ControlMessage): void => {
    if (message.kind === 'hello') link.control({ kind: 'load', files: modules, className, usesRequests })
    else if (message.kind === 'loaded')
      found.resolve({ className: message.className, requests: message.requests ?? {} })
    else if (message.kind === 'failed') found.reject(errorOfFailure(message.failure))
  }
  const late = setTimeout(() => {
    const message = `${modules[0]} is not loaded within ${LONGEST_MS / 1000} s`
    found.reject(new XserveError('START_TIMEOUT', message))
  }, LONGEST_MS)
  const fd = child.stdio[3]
  if (typeof fd !== 'number') throw new XserveError('INTERNAL', 'the worker has no link')
  const link = await createLink(fd, { side: 'parent' }, { control })
  void child.exited.then((code) => {
    const message = `${modules[0]} ended its process while it was loaded, with exit code ${code}`
    found.reject(new XserveError('MODULE_FAILED', message))
  })
  try {
    return await found.promise
  } finally {
    clearTimeout(late)
    child.kill('SIGKILL')
    await child.exited
  }
}
