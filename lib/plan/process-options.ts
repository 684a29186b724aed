/** Options of a plan that are about the processes: how long they may take to end, how much they tell, how many calls they take. */
import { SHUTDOWN_MS } from '../config/table/gateway.ts'
import type { FlowPlan } from './plan.ts'

type Said = Readonly<Record<string, unknown>>

/**
 * Milliseconds that calls may take at the end: `shutdown_timeout`, or Jina's `timeout_ctrl`, which it calls milliseconds and
 * waits for in seconds (Jina facts §5.8). Of the Flow; else of its one executor; else the default.
 */
export function shutdownMs({ gateway, deployments }: FlowPlan): number {
  const only = deployments.length === 1 ? saidShutdownMs(deployments[0]!.options) : undefined
  return saidShutdownMs(gateway.options) ?? only ?? SHUTDOWN_MS
}

/** undefined: nothing was said. */
export function saidShutdownMs({ shutdown_timeout, timeout_ctrl }: Said): number | undefined {
  if (typeof shutdown_timeout === 'number') return shutdown_timeout
  return typeof timeout_ctrl === 'number' && timeout_ctrl >= 0 ? timeout_ctrl * 1000 : undefined
}

/** What of the log is left out. */
export const quietnessOf = ({ quiet, quiet_error }: Said) => ({
  quiet: quiet === true,
  quietErrors: quiet_error === true,
})

/** Whether a process takes one call at a time. */
export const takesTurns = ({ allow_concurrent }: Said): boolean => allow_concurrent === false
