/** A folder that is watched, and what is told of it. */
import { expect } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createWatch, type Watch, type WatchOptions, type WatchSet } from '../../lib/watch/watch.ts'

export interface Project {
  readonly folder: string
  readonly batches: (readonly string[])[]
  readonly warnings: string[]
  readonly watch: Watch
  /** Resolves with the next batch, as paths below the folder. */
  next(): Promise<string[]>
  write(name: string, text: string): void
}

const open: (() => void)[] = []
export function atEnd(close: () => void): void {
  open.push(close)
}
/** For `afterEach`. */
export function closeProjects(): void {
  for (const close of open.splice(0)) close()
}

export function project(
  options: Partial<WatchOptions> = {},
  more: Partial<WatchSet> = {},
  prepare?: (folder: string) => void,
): Project {
  const folder = mkdtempSync(path.join(tmpdir(), 'xserve-watch-'))
  writeFileSync(path.join(folder, 'exec.ts'), 'first')
  writeFileSync(path.join(folder, '.gitignore'), 'build/\n*.generated.ts\n')
  prepare?.(folder)
  const batches: (readonly string[])[] = []
  const warnings: string[] = []
  let seen = 0
  let wake = (): void => {}
  const watch = createWatch(
    { folders: [folder], files: [], ...more },
    { warn: (text) => warnings.push(text), ...options },
    (files) => {
      batches.push(files)
      wake()
    },
  )
  open.push(() => {
    watch.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    folder,
    batches,
    warnings,
    watch,
    async next() {
      while (batches.length <= seen) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return batches[seen++]!.map((file) => path.relative(folder, file))
    },
    write: (name, text) => writeFileSync(path.join(folder, name), text),
  }
}

/** Nothing was told although there was time for it: a change behind it is told alone. */
export async function onlyMarker(one: Project): Promise<void> {
  one.write('marker.ts', `${Math.random()}`)
  expect(await one.next()).toEqual(['marker.ts'])
}
