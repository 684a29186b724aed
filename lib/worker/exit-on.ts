/** `exit_on_exceptions`: an error of such a name ends the process, once its caller has been told; the parent starts a new one. */
import type { Link } from '../link/link.ts'
import type { AnswerMessage } from '../link/messages.ts'
import { decodeStatus } from '../wire/status.ts'

/** For the answers that failed. `close`: the executor's own. */
export function exitOn(
  names: readonly string[],
  link: Link,
  close: () => void | Promise<void>,
): (answer: AnswerMessage) => void {
  let exiting = false
  return (answer) => {
    const name = decodeStatus(answer.extra).exception?.name
    if (exiting || name === undefined || !names.includes(name)) return
    exiting = true
    void leave(name, link, close)
  }
}

async function leave(name: string, link: Link, close: () => void | Promise<void>): Promise<void> {
  link.control({ kind: 'log', level: 'error', text: `exiting because of exit_on_exceptions: ${name}` })
  // In the words of its own error where closing fails, too: what ends the process has been told.
  await Promise.resolve()
    .then(close)
    .catch(() => {})
  while (link.queuedBytes > 0) await new Promise((resolve) => setImmediate(resolve))
  process.exit(1)
}
