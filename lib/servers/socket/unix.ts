/** The file of a Unix socket: a dead one that is in the way, and a living one. */
import { lstatSync, rmSync, type Stats } from 'node:fs'
import { connect } from 'node:net'
import { XserveError } from '../../errors.ts'

/**
 * Makes room for a listener. The socket of a program that was killed is removed; rejects with XserveError PORT_IN_USE for one
 * that somebody listens at, START_FAILED for a file that is no socket.
 */
export async function clearUnixPath(path: string): Promise<void> {
  const there = entryAt(path)
  if (there === undefined) return
  const where = `unix:${path}`
  if (!there.isSocket()) {
    throw new XserveError('START_FAILED', `cannot listen on ${where}: a file is there that is no socket`, {
      where,
      hint: 'choose another path, or move the file away',
    })
  }
  if (await isAnswering(path)) {
    throw new XserveError('PORT_IN_USE', `another program listens on ${where}`, { where, hint: 'choose another path' })
  }
  rmSync(path, { force: true })
}

function entryAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    // A way to it that is closed is told by who listens.
    return undefined
  }
}

/** Only a refusal means that nobody is there: where it may not be asked, somebody else may own it. */
function isAnswering(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ path })
  socket.once('connect', () => resolve(true))
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'))
  return promise.finally(() => socket.destroy())
}
