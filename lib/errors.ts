/**
 * The one catalogue of errors: every failure that a user, a client or an operator can meet has a stable code here,
 * and its gRPC status, HTTP status and exit code are decided here and nowhere else.
 */

/** Whose fault it is: decides how a message is worded and whether `--debug` is worth trying. */
export type ErrorKind = 'usage' | 'config' | 'executor' | 'request' | 'network' | 'internal'

interface Entry {
  readonly kind: ErrorKind
  /** gRPC status code (google.rpc.Code). */
  readonly grpc: number
  /** HTTP status (RFC 9110). */
  readonly http: number
  /** Exit code of a command that ends with this error: 1 work failed, 2 usage or configuration, 3 nobody reached. */
  readonly exit: number
}

const entry = (kind: ErrorKind, grpc: number, http: number, exit: number): Entry => ({ kind, grpc, http, exit })

export const ERRORS = {
  UNKNOWN_COMMAND: entry('usage', 3, 400, 2),
  UNKNOWN_OPTION: entry('usage', 3, 400, 2),
  BAD_ARGUMENT: entry('usage', 3, 400, 2),
  BAD_CONFIG: entry('usage', 3, 400, 2),
  FILE_NOT_FOUND: entry('config', 5, 404, 2),
  BAD_CERTIFICATE: entry('config', 9, 500, 2),
  NO_EXECUTOR: entry('config', 9, 500, 2),
  AMBIGUOUS_EXECUTOR: entry('config', 9, 500, 2),
  NOT_CONTAINERIZED: entry('config', 9, 500, 2),
  BUILD_FAILED: entry('config', 9, 500, 1),
  BAD_ENDPOINT: entry('config', 9, 500, 2),
  MODULE_FAILED: entry('executor', 9, 500, 1),
  START_FAILED: entry('executor', 9, 500, 1),
  START_TIMEOUT: entry('executor', 14, 503, 1),
  PORT_IN_USE: entry('network', 14, 503, 1),
  WORKER_DIED: entry('executor', 14, 503, 1),
  WORKER_UNAVAILABLE: entry('executor', 14, 503, 1),
  BAD_RESULT: entry('executor', 13, 500, 1),
  BAD_TENSOR: entry('executor', 3, 422, 1),
  BAD_DOCUMENT: entry('request', 3, 422, 1),
  BAD_REQUEST: entry('request', 3, 400, 1),
  BAD_TARGET: entry('request', 3, 400, 1),
  CANNOT_STREAM: entry('request', 9, 400, 1),
  PICKLE_REFUSED: entry('request', 3, 415, 1),
  UNSUPPORTED_TYPE: entry('request', 3, 415, 1),
  TOO_LARGE: entry('request', 8, 413, 1),
  OVERLOADED: entry('network', 8, 429, 1),
  DRAINING: entry('network', 14, 503, 1),
  DEADLINE: entry('network', 4, 504, 1),
  CANCELLED: entry('network', 1, 499, 1),
  UNREACHABLE: entry('network', 14, 503, 3),
  UNKNOWN_METHOD: entry('request', 12, 404, 1),
  UNKNOWN_SERVICE: entry('request', 5, 404, 1),
  UNAVAILABLE: entry('network', 14, 503, 1),
  LINK_CLOSED: entry('internal', 14, 503, 1),
  ANSWER_FAILED: entry('executor', 2, 500, 1),
  INTERNAL: entry('internal', 13, 500, 1),
} as const satisfies Record<string, Entry>

/** A stable name of the catalogue; messages may change, codes do not. */
export type ErrorCode = keyof typeof ERRORS

/** Of a name that came from elsewhere: over a wire, from another version. */
export function isErrorCode(name: unknown): name is ErrorCode {
  return typeof name === 'string' && Object.hasOwn(ERRORS, name)
}

/** One of the things that are wrong with a configuration, or worth a warning. */
export interface Problem {
  /** Absolute; null where it was written in no file. */
  readonly file: string | null
  /** From 1; null where there is no place: the file is missing or empty. */
  readonly line: number | null
  readonly column: number | null
  /** `executors[1].needs`, `--replicas`; empty for the whole. */
  readonly path: string
  readonly message: string
  /** What the reader can do next. */
  readonly hint?: string | undefined
}

/** What happened, where, why, and what to do about it. */
export class XserveError extends Error {
  override readonly name = 'XserveError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: {
      /** `file:line:column`, an address or the name of an executor. */
      readonly where?: string | undefined
      /** What the reader can do next; one sentence. */
      readonly hint?: string | undefined
      readonly cause?: unknown
      /** Absolute paths of files whose change may mend it. */
      readonly files?: readonly string[] | undefined
      /** All that is wrong, where several things can be at once. */
      readonly problems?: readonly Problem[] | undefined
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
  }

  get kind(): ErrorKind {
    return ERRORS[this.code].kind
  }
  get grpcStatus(): number {
    return ERRORS[this.code].grpc
  }
  get httpStatus(): number {
    return ERRORS[this.code].http
  }
  get exitCode(): number {
    return ERRORS[this.code].exit
  }
}

/**
 * Whether a caller may read what it says. The rest is masked: its text may tell secrets and helps no caller; the log of the
 * server has it whole.
 */
export function isTellable(error: unknown): error is XserveError {
  return error instanceof XserveError && error.code !== 'INTERNAL'
}

/** Any thrown value as an XserveError; what we do not know becomes INTERNAL. */
export function asXserveError(error: unknown): XserveError {
  if (error instanceof XserveError) return error
  return new XserveError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error })
}
