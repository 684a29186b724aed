/** `--protocol` and `--port`: which protocols are served, and where. */
import type { Option } from './arguments.ts'

export const PROTOCOL_OPTIONS: readonly Option[] = [
  {
    name: 'protocol',
    type: 'text',
    value: 'NAME,…',
    summary: 'grpc, http, websocket, or several of them',
    preset: 'grpc',
    many: true,
    also: ['protocols'],
  },
  {
    name: 'port',
    type: 'text',
    value: 'PORT,…',
    summary: 'Port of each protocol, in the same order, or one for all',
    preset: 'any free one',
    many: true,
    also: ['port-expose', 'port-in', 'ports', 'p'],
  },
]
