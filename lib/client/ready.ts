/** Whether a server answers: health, information, dry run; the ways to ask that Jina's servers understand. */
import type { GrpcChannel } from '../channel/grpc.ts'
import { asXserveError, XserveError } from '../errors.ts'
import { decodeStatus } from '../wire/status.ts'

export interface AskOptions {
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const HEALTH = '/grpc.health.v1.Health/Check'
const INFO = '/jina.JinaInfoRPC/_status'
const DRY_RUN = '/jina.JinaGatewayDryRunRPC/dry_run'
const NOTHING = new Uint8Array(0)

/** Resolves when the server says SERVING, or answers `_status` where it has no health service. Throws XserveError UNAVAILABLE and the channel's. */
export async function askHealth(channel: GrpcChannel, options: AskOptions = {}): Promise<void> {
  const call = { deadlineMs: options.timeoutMs, signal: options.signal }
  try {
    const { bytes } = await channel.unary(HEALTH, NOTHING, call)
    // HealthCheckResponse: one enum in field 1, SERVING is 1.
    if (bytes[0] === 0x08 && bytes[1] === 1) return
  } catch (error) {
    if (asXserveError(error).code !== 'UNKNOWN_METHOD') throw error
    await channel.unary(INFO, NOTHING, call)
    return
  }
  throw new XserveError(
    'UNAVAILABLE',
    `${channel.address} is there, but not ready: it does not serve yet, or no longer`,
    {
      where: channel.address,
    },
  )
}

/** Resolves when a request got through all executors of a Flow. Throws XserveError ANSWER_FAILED and the channel's. */
export async function askDryRun(channel: GrpcChannel, options: AskOptions = {}): Promise<void> {
  const { bytes } = await channel.unary(DRY_RUN, NOTHING, { deadlineMs: options.timeoutMs, signal: options.signal })
  const { code, description, exception } = decodeStatus(bytes)
  if (code === 0) return
  const executor = exception?.executor ? `${exception.executor}: ` : ''
  throw new XserveError('ANSWER_FAILED', `the dry run failed: ${executor}${description || 'without a reason'}`, {
    where: channel.address,
  })
}

export async function isReady(channel: GrpcChannel, options: AskOptions = {}): Promise<boolean> {
  try {
    await askDryRun(channel, options).catch((error) => {
      if (asXserveError(error).code !== 'UNKNOWN_METHOD') throw error
      return askHealth(channel, options)
    })
    return true
  } catch {
    return false
  }
}
