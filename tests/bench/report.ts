/** Measured values with the floors they must keep: a table for people, dist/bench.json for machines. */
import { mkdirSync, writeFileSync } from 'node:fs'

export interface Measure {
  /** Stable: `unary.ratio`. */
  readonly key: string
  readonly text: string
  readonly value: number
  readonly unit: string
  readonly floor?: { readonly kind: 'at least' | 'at most'; readonly value: number }
}

export const measure = (key: string, text: string, value: number, unit: string, floor?: Measure['floor']): Measure =>
  floor === undefined ? { key, text, value, unit } : { key, text, value, unit, floor }

export const atLeast = (value: number) => ({ kind: 'at least', value }) as const
export const atMost = (value: number) => ({ kind: 'at most', value }) as const

export function isKept({ value, floor }: Measure): boolean {
  if (floor === undefined) return true
  return floor.kind === 'at least' ? value >= floor.value : value <= floor.value
}

function shown(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)
}

export function tableOf(measures: readonly Measure[]): string {
  const rows = measures.map((entry) => [
    entry.text,
    `${shown(entry.value)} ${entry.unit}`.trim(),
    entry.floor ? `${entry.floor.kind} ${shown(entry.floor.value)}` : '',
    entry.floor ? (isKept(entry) ? 'ok' : 'MISSED') : '',
  ])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map(([text, value, floor, verdict]) =>
      `  ${text!.padEnd(widths[0]!)}  ${value!.padStart(widths[1]!)}  ${floor!.padEnd(widths[2]!)}  ${verdict}`.trimEnd(),
    )
    .join('\n')
}

export function writeReport(path: string, machine: string, load: number, measures: readonly Measure[]): void {
  mkdirSync('dist', { recursive: true })
  const entries = measures.map((entry) => ({ ...entry, kept: isKept(entry) }))
  writeFileSync(
    path,
    `${JSON.stringify({ machine, load, passed: measures.every(isKept), measures: entries }, null, 2)}\n`,
  )
}
