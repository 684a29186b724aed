/** What the connections of a front share. */
import type { Clock } from '../../socket/clock.ts'
import type { GrpcMethods } from '../method.ts'
import type { BlockPool } from './outbox.ts'
import type { Tuning } from './tuning.ts'

export interface FrontState {
  readonly methods: GrpcMethods
  /** -1: no limit. */
  readonly maxMessageBytes: number
  readonly clock: Clock
  readonly pool: BlockPool
  readonly tuning: Tuning
  /** The first bytes of each connection. */
  readonly greeting: Buffer
  /** Told of errors that callers see masked. */
  readonly report: (error: unknown) => void
}
