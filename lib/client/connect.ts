/** The connection of an address, by its protocol. */
import { type Address, addressText } from '../wire/address.ts'
import type { Connection, ConnectionOptions } from './protocols/connection.ts'
import { createGrpcConnection } from './protocols/grpc.ts'
import { createHttpConnection } from './protocols/http.ts'
import { createWebSocketConnection } from './protocols/websocket.ts'

const PROTOCOLS = {
  grpc: createGrpcConnection,
  http: createHttpConnection,
  websocket: createWebSocketConnection,
} as const

/** Throws XserveError BAD_ARGUMENT for metadata that cannot be sent. */
export function connect(address: Address, options: Partial<ConnectionOptions> = {}): Connection {
  return PROTOCOLS[address.protocol](addressText(address), { ...options, tls: options.tls ?? address.tls })
}
