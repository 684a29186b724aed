/** What /proc tells of a process: CPU time spent, memory held, children. */
import { readFileSync } from 'node:fs'

/** USER_HZ: /proc counts CPU time in hundredths of a second on every Linux. */
const TICK_US = 10_000

/** CPU time of a process with all its threads, user and system, in microseconds (steps of 10 ms). */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is a name in brackets and may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_US
}

/** Resident memory in bytes, and the part of it that no file backs (a binary's own pages are shared between processes). */
export function memoryBytes(pid: number): { resident: number; anonymous: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
  return { resident: read('VmRSS'), anonymous: read('RssAnon') }
}

export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export function describeMachine(): string {
  const info = readFileSync('/proc/cpuinfo', 'utf8')
  const model = /^model name\s*:\s*(.*)$/m.exec(info)?.[1] ?? process.arch
  return `${navigator.hardwareConcurrency} cores, ${model}, Bun ${Bun.version}`
}

/** Programs that wanted a processor during the last minute, ours not yet among them: above a half, times are not to be trusted. */
export function loadBefore(): number {
  return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0])
}
