/**
 * Who may import whom: the units of lib/ from the ground up. A unit imports units of the lines above it in this table, never
 * of its own line or of those below.
 */

export const LAYERS: readonly (readonly string[])[] = [
  ['errors', 'log'],
  ['protobuf'],
  ['document'],
  ['wire'],
  ['config'],
  ['plan', 'observe'],
  ['link'],
  ['executor', 'channel', 'topology', 'watch'],
  ['worker', 'deployment'],
  ['servers'],
  ['gateway', 'client', 'export'],
  ['flow'],
  // The public module: commands hand it to the worker program, so nothing below imports it.
  ['index'],
  ['commands'],
]

/** Where a third-party package may be imported: everything else goes through that place. */
export const HOMES: Readonly<Record<string, readonly string[]>> = {
  '@grpc/grpc-js': ['lib/servers/grpc/', 'lib/channel/'],
  protobufjs: ['lib/wire/schema.ts'],
  yaml: ['lib/config/', 'lib/export/'],
  citty: ['lib/commands/'],
  consola: ['lib/log.ts'],
}

/** Where the process may be ended: a command's last word, and the worker program, which outlives nobody. */
export const EXITS: readonly string[] = ['lib/commands/exit.ts', 'lib/worker/']

/** Files without a test of the same name, each with the test that covers it or the reason why none can. */
export const UNTESTED: Readonly<Record<string, string>> = {}

export const MAX_LINES = { lib: 300, commands: 90, cli: 15 } as const

export const FORBIDDEN_NAMES = /^(utils?|helpers?|common|misc|managers?|base)$/

/** `lib/wire/envelope.ts` → `wire`; `lib/errors.ts` → `errors`. */
export function unitOf(path: string): string {
  return path.split('/')[1]!.replace(/\.ts$/, '')
}

/** -1 when the unit is in no line. */
export function layerOf(path: string): number {
  return LAYERS.findIndex((line) => line.includes(unitOf(path)))
}
