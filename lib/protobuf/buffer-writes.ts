/**
 * Bun's and Node's own ways to write a text into a Buffer, which the types of Buffer leave out: half the time of `write`, which
 * looks at an encoding first. Both return how many bytes there are.
 */
interface Encoders {
  latin1Write(this: Buffer, text: string, at: number): number
  utf8Write(this: Buffer, text: string, at: number, length?: number): number
}

export const { latin1Write, utf8Write } = Buffer.prototype as unknown as Encoders
