/** `--protocol` and `--port`: which protocols are served, and where. */
import type { Option } from './arguments.ts'
import { fromTable } from './table-options.ts'

export const PROTOCOL_OPTIONS: readonly Option[] = fromTable('gateway', ['protocol', 'port'])
