/** A host that takes no connection and refuses none would be waited for without end: whoever waits long is told. */
import { connect } from 'node:net'
import { timerMs } from '../../within.ts'
import { socketPlace } from './socket-place.ts'

export interface HostWatch {
  /** Aborted when no connection came about in time. */
  readonly silent: AbortSignal
  /** `answered`: the host is there. */
  stop(answered?: boolean): void
}

/** A call that takes so long may have met a silent host: only then a connection is tried beside it. */
const SUSPICIOUS_MS = 1000

/** `address`: `host:port`. Once a connection was possible, nothing is watched any more. */
export function watchHost(address: string, timeoutMs: number): { watch(): HostWatch } {
  const never = new AbortController().signal
  let known = false
  const place = socketPlace(address)
  return {
    watch() {
      if (known) return { silent: never, stop() {} }
      const controller = new AbortController()
      const first = Math.min(SUSPICIOUS_MS, timeoutMs / 2)
      let socket: ReturnType<typeof connect> | null = null
      let timer = setTimeout(() => {
        // Refused or reset counts as well: then the call itself fails.
        const heard = () => {
          known = true
          clearTimeout(timer)
          socket?.destroy()
        }
        socket = connect(place, heard).on('error', heard)
        timer = setTimeout(() => controller.abort(), timerMs(timeoutMs - first))
      }, first)
      return {
        silent: controller.signal,
        stop(answered = false) {
          known ||= answered
          clearTimeout(timer)
          socket?.destroy()
        },
      }
    },
  }
}
