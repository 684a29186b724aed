/** What `xserve ping` does: asks a server whether it answers, as often as told, and says so in one line. */
import { asXserveError, type XserveError } from '../errors.ts'
import type { Address } from '../wire/address.ts'
import type { CallerTls } from '../wire/call.ts'
import { FAILED_CHANGE, FAILING } from '../wire/notes.ts'
import { connect } from './connect.ts'
import { explainLost } from './explain-lost.ts'
import type { Connection } from './protocols/connection.ts'

export const PING_TARGETS = ['executor', 'gateway', 'flow'] as const
export type PingTarget = (typeof PING_TARGETS)[number]

export interface PingOptions {
  readonly target: PingTarget
  readonly address: Address
  /** Default: what the address says, and the system's authorities. */
  readonly tls?: CallerTls | undefined
  /** How often it is asked until it answers. */
  readonly attempts: number
  /** For each attempt, in milliseconds. */
  readonly timeoutMs: number
}

export interface PingResult {
  readonly attempts: number
  /** Of the attempt that was answered, connecting included; null: none was. */
  readonly ms: number | null
  /** Executors whose last change of code or configuration was not taken, each with why: the version before it serves on. */
  readonly failedChanges: Readonly<Record<string, string>>
  /** Processes that are not there or keep ending, each with why. */
  readonly failing: Readonly<Record<string, string>>
  /** Of the last attempt, when none was answered. */
  readonly error: XserveError | null
}

/** Between attempts. */
const PAUSE_MS = 1000
/** For what is asked after an attempt has failed: it is not to double the time that a dead server takes. */
const NOTES_MS = 500

type Notes = Pick<PingResult, 'failedChanges' | 'failing'>
const NO_NOTES: Notes = { failedChanges: {}, failing: {} }

export async function ping(options: PingOptions): Promise<PingResult> {
  const { address, target, timeoutMs } = options
  const tls = options.tls ?? address.tls
  let error: XserveError | null = null
  let notes = NO_NOTES
  for (let attempt = 1; attempt <= options.attempts; attempt++) {
    if (attempt > 1) await Bun.sleep(PAUSE_MS)
    // A connection of its own for each: what the last one learned of the address must not count.
    const connection = connect(address, { tls, connectTimeoutMs: timeoutMs })
    const started = performance.now()
    try {
      await (target === 'flow' ? connection.askDryRun({ timeoutMs }) : connection.askHealth({ timeoutMs }))
      const ms = performance.now() - started
      return { attempts: attempt, ms, ...(await askNotes(connection, timeoutMs)), error: null }
    } catch (thrown) {
      error = asXserveError(await explainLost(thrown, address, tls))
      // Who is there and does not get through may know which of its processes it waits for.
      notes = error.code === 'UNREACHABLE' ? NO_NOTES : await askNotes(connection, Math.min(timeoutMs, NOTES_MS))
    } finally {
      connection.close()
    }
  }
  return { attempts: options.attempts, ms: null, ...notes, error }
}

/** What the operator should know of a server that answers: a sentence for each thing that is wrong behind it. */
export function notesOf({ failedChanges, failing }: Notes): readonly string[] {
  return [
    ...Object.entries(failedChanges).map(([name, why]) => `${name}: its last change was not taken: ${why}`),
    ...Object.entries(failing).map(([pod, why]) => `${pod} is failing: ${why}`),
  ]
}

/** Whoever does not tell has none. */
async function askNotes(connection: Connection, timeoutMs: number): Promise<Notes> {
  const info = Object.entries(await connection.askInfo({ timeoutMs }).catch(() => ({})))
  const told = (words: string): Record<string, string> =>
    Object.fromEntries(info.flatMap(([name, why]) => (name.startsWith(words) ? [[name.slice(words.length), why]] : [])))
  return { failedChanges: told(FAILED_CHANGE), failing: told(FAILING) }
}
