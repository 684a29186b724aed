/** Whether a gRPC channel has a connection: told at each change, and a lost connection is made again without being asked. */
import { type Client, connectivityState } from '@grpc/grpc-js'

/** `failed` until a later attempt succeeds. */
export type Connectivity = 'connecting' | 'ready' | 'failed'

const NAMES: Readonly<Partial<Record<number, Connectivity>>> = {
  [connectivityState.IDLE]: 'connecting',
  [connectivityState.CONNECTING]: 'connecting',
  [connectivityState.READY]: 'ready',
  [connectivityState.TRANSIENT_FAILURE]: 'failed',
}

/** Tells the state of now at once and every other from then on, until the channel is closed. */
export function watchConnectivity(client: Client, listener: (state: Connectivity) => void): void {
  const channel = client.getChannel()
  let told: Connectivity | undefined
  const look = (): void => {
    // Asking also connects: a channel that has gone quiet would else wait for its next call.
    const state = channel.getConnectivityState(true)
    const name = NAMES[state]
    if (name === undefined) return
    if (name !== told) {
      told = name
      listener(name)
    }
    channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, (error) => {
      if (!error) look()
    })
  }
  look()
}
