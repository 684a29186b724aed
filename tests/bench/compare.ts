/** Requests a second and CPU for each, of servers that take turns: what else the machine does then touches all alike. */
import { cpuMicros, median } from './machine.ts'
import type { Served } from './servers.ts'

export interface Run {
  readonly rate: number
  readonly frontCpu: number
  readonly workerCpu: number
}

/** Sends `requests` requests and tells how many seconds they took. */
export type Send = (server: Served, requests: number) => Promise<number>

export interface Scale {
  readonly requests: number
  readonly rounds: number
}

async function runOnce(server: Served, requests: number, send: Send): Promise<Run> {
  const front = cpuMicros(server.pid)
  const worker = server.worker ? cpuMicros(server.worker) : 0
  const seconds = await send(server, requests)
  return {
    rate: requests / seconds,
    frontCpu: (cpuMicros(server.pid) - front) / requests,
    workerCpu: server.worker ? (cpuMicros(server.worker) - worker) / requests : 0,
  }
}

/** A-B-A-B …, after a warm-up; the medians, in the order of the servers. */
export async function compare(
  servers: readonly Served[],
  { requests, rounds }: Scale,
  send: Send,
): Promise<readonly Run[]> {
  for (const server of servers) await send(server, Math.ceil(requests / 2))
  const runs = servers.map((): Run[] => [])
  for (let round = 0; round < rounds; round++)
    for (const [index, server] of servers.entries()) runs[index]!.push(await runOnce(server, requests, send))
  return runs.map((of) => ({
    rate: median(of.map((run) => run.rate)),
    frontCpu: median(of.map((run) => run.frontCpu)),
    workerCpu: median(of.map((run) => run.workerCpu)),
  }))
}
