/** `--protocol` and `--port`: which protocols are served, and where. */
import { type Listeners, readPorts, resolveListeners } from '../plan/listeners.ts'
import type { Args, Option } from './arguments.ts'
import { fromTable } from './table-options.ts'

export const PROTOCOL_OPTIONS: readonly Option[] = fromTable('gateway', ['protocol', 'port']).map((option) => ({
  ...option,
  check(args) {
    // A port that is none is told beside a protocol that is none.
    if (option.name === 'port') readPorts(args.texts('port'), '--')
    readListeners(args)
  },
}))

/** Throws XserveError BAD_ARGUMENT. */
export function readListeners(args: Args): Listeners {
  return resolveListeners(args.texts('protocol'), args.texts('port'), '--')
}
