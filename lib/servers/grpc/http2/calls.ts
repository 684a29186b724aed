/** What is done with the messages of a stream: by unary methods, by streaming ones, and where there is no method. */
import { XserveError } from '../../../errors.ts'
import { Loans } from '../../../link/memory/loans.ts'
import type { GrpcMessage, GrpcMethod, GrpcPauser, GrpcReader, GrpcSink } from '../method.ts'
import { RequestLoans, type Written } from '../request-loans.ts'
import { Inbox } from './inbox.ts'
import { MOST_UNSENT_BYTES } from './limits.ts'
import type { RequestHead } from './request-head.ts'
import { draining, Stream, type StreamHost } from './stream.ts'

type Unary = Extract<GrpcMethod, { kind: 'unary' }>
type Streaming = Extract<GrpcMethod, { kind: 'stream' }>

/** Hot-path object. */
export class UnaryCall extends Stream {
  private request: Uint8Array | null = null
  /** Of a large request and its answer. */
  loans: RequestLoans | null = null

  constructor(
    id: number,
    head: RequestHead,
    host: StreamHost,
    private readonly method: Unary,
  ) {
    super(id, head, host)
  }

  take(bytes: Uint8Array): void {
    if (this.request === null) this.request = bytes
    else this.fail(new XserveError('BAD_REQUEST', 'a unary call takes one message, another came'))
  }

  protected inputEnded(): void {
    const { request } = this
    if (request === null) {
      this.fail(new XserveError('BAD_REQUEST', 'a unary call takes one message, none came'))
      return
    }
    // The call may take long, the memory of its request is the method's from here on.
    this.request = NOTHING
    this.loans?.begin()
    try {
      const answer = this.method.handle(request, this)
      if (answer instanceof Promise)
        answer.then(
          (message) => this.answer(message),
          (error: unknown) => this.failed(error),
        )
      else this.answer(answer)
    } catch (error) {
      this.failed(error)
    }
  }

  drain(): void {}

  protected keeper(): Loans {
    this.loans ??= new RequestLoans()
    return this.loans
  }

  override sent(): void {
    super.sent()
    this.loans?.written()
  }

  override lost(): void {
    super.lost()
    this.loans?.written()
  }

  private failed(error: unknown): void {
    this.fail(error)
    this.loans?.settled()
  }

  private answer(message: GrpcMessage): void {
    if (!this.over) {
      const { sender } = this.host
      if (sender.waiting > MOST_UNSENT_BYTES) this.fail(unread())
      else {
        sender.message(this, message)
        this.succeed()
      }
    }
    this.loans?.settled()
  }
}

const NOTHING = new Uint8Array(0)

const unread = (): XserveError =>
  new XserveError(
    'OVERLOADED',
    `more than ${MOST_UNSENT_BYTES} bytes of answers wait for this connection to read them`,
    {
      hint: 'read answers as they come, or have fewer calls under way at once',
    },
  )

/** Hot-path object: the call is its own sink and pauser. */
export class StreamingCall extends Stream implements GrpcSink, GrpcPauser {
  onDrain: (() => void) | null = null
  private methodReader: GrpcReader | null = null
  /** The method listens no more: it was told the end. */
  private inputOver = false
  private cutShort = false
  private borrows = false
  /** Of large messages that have not been taken. */
  loans: Loans | null = null

  /** Apart from the constructor: the method may end the call at once. */
  open(method: Streaming): void {
    this.borrows = method.borrows === true
    try {
      this.methodReader = method.open(this, this, this)
    } catch (error) {
      this.fail(error)
    }
  }

  take(bytes: Uint8Array): void {
    if (this.inputOver || this.methodReader === null) return
    try {
      this.methodReader.message(bytes)
    } catch (error) {
      this.fail(error)
    }
  }

  protected inputEnded(): void {
    if (this.inputOver) return
    this.inputOver = true
    try {
      this.methodReader?.end()
    } catch (error) {
      this.fail(error)
    }
  }

  drain(): void {
    if (this.inputOver || this.over || (this.remoteEnded && this.inbox !== null)) return
    this.cutShort = true
    this.inputEnded()
  }

  override drained(): void {
    if (!this.over) this.onDrain?.()
  }

  protected keeper(): Loans | null {
    if (this.borrows) this.loans ??= new Loans(null)
    return this.loans
  }

  override sent(): void {
    super.sent()
    this.loans?.end()
  }

  override lost(): void {
    super.lost()
    this.loans?.end()
  }

  write(message: GrpcMessage, done: Written | null = null): boolean {
    if (!this.over) return this.host.sender.message(this, message, done)
    done?.written()
    return true
  }

  end(): void {
    if (this.over) return
    // Messages that nobody read are lost to the caller: an end with OK would say that they were answered.
    if (this.cutShort) this.fail(draining())
    else this.succeed()
  }

  pause(): void {
    this.inbox ??= new Inbox(this)
    this.inbox.pause()
  }

  resume(): void {
    if (!this.over) this.inbox?.resume()
  }
}

/** A call that is answered with an error, whatever comes. */
export class RefusedCall extends Stream {
  take(): void {}

  protected inputEnded(): void {
    const { http } = this.requestHead
    // What is no gRPC is read to its end first, so that any client hears the answer.
    if (http === null || this.over) return
    this.stop()
    this.host.sender.http(this, http.status, http.text)
  }

  drain(): void {}

  protected keeper(): null {
    return null
  }

  refuse(): void {
    const { refusal, method, http } = this.requestHead
    if (refusal === null || http !== null) return
    if (refusal.code === 'UNKNOWN_METHOD' && method !== null)
      this.setTrailer('grpc-accept-encoding', 'identity,deflate,gzip')
    this.fail(refusal)
  }

  override data(): void {}
}
