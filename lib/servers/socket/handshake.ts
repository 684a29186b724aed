/** A connection whose caller has not shown yet who it is: nothing that it says is heard before the handshake is over. */
import type { FrontConnection, FrontSocket } from './connection.ts'

/** Seconds that a handshake may take. */
const PATIENCE = 10

export class Handshake implements FrontConnection {
  private readonly deadline: number

  constructor(
    private readonly socket: FrontSocket,
    second: number,
  ) {
    this.deadline = second + PATIENCE
  }

  receive(): void {}

  drained(): void {}

  closed(): void {}

  tick(second: number): void {
    if (second >= this.deadline) this.terminate()
  }

  drain(): void {
    this.terminate()
  }

  cutShort(): void {
    this.terminate()
  }

  terminate(): void {
    this.socket.end()
  }
}
