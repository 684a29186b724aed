/** Makes a link of a connected socket's file descriptor. */
import { XserveError } from '../errors.ts'
import type { Link, LinkHandlers, LinkOptions } from './link.ts'
import { createLinkEnd } from './link-end.ts'

/**
 * A link over `fd`, one end of a connected stream socket (a `'pipe'` beyond stderr of `Bun.spawn` is one; the child finds its
 * end at the same number). The link owns the descriptor from here on. Raises XserveError LINK_CLOSED when it is not a socket.
 *
 * `stream` yields the items and then the payload of `end`, unless that is empty. Parts longer than 64 KiB in all are sent
 * from where they are: do not change them before the answer has come.
 */
export async function createLink(fd: number, options: LinkOptions, handlers: LinkHandlers): Promise<Link> {
  let socket: Bun.Socket | null = null
  const link = createLinkEnd(options, handlers, {
    write: (bytes, offset, length) => (socket === null ? 0 : socket.write(bytes, offset, length)),
    end: () => void socket?.end(),
    terminate: () => socket?.terminate(),
  })
  const settings: Bun.FdSocketOptions = {
    fd,
    socket: {
      open(opened) {
        socket = opened
      },
      data: (_, bytes) => link.receive(bytes),
      drain: () => link.drained(),
      error: (_, error) => link.closed(reason(error)),
      close: (_, error) => link.closed(reason(error)),
    },
  }
  try {
    // The types know descriptors only as options, not as an overload.
    socket = await Bun.connect(settings as unknown as Bun.UnixSocketOptions)
  } catch (cause) {
    throw new XserveError('LINK_CLOSED', `File descriptor ${fd} is not a socket that a link can use.`, { cause })
  }
  return link
}

/** A process that dies with bytes unread resets its socket: no more than an end. */
function reason(error: Error | undefined): Error | null {
  const code = (error as { code?: unknown } | undefined)?.code
  return error === undefined || code === 'ECONNRESET' || code === 'EPIPE' ? null : error
}
