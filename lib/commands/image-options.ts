/** Options of images that are made here. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { selfCommand } from '../deployment/self.ts'
import { XserveError } from '../errors.ts'
import { type ContextOptions, DEFAULT_BASE } from '../export/dockerfile/context.ts'
import type { Args, Option } from './arguments.ts'

export const IMAGE_OPTIONS: readonly Option[] = [
  {
    name: 'base',
    type: 'text',
    value: 'IMAGE',
    summary: 'Image to begin with: one with glibc and libstdc++',
    preset: DEFAULT_BASE,
  },
  {
    name: 'binary',
    type: 'text',
    value: 'FILE',
    summary: 'This program for the image, if its machine is of another kind',
    preset: 'the one that runs',
  },
]

/** Throws XserveError BAD_ARGUMENT, FILE_NOT_FOUND. */
export function readImageOptions(args: Args): Omit<ContextOptions, 'folder'> {
  return { base: args.text('base') ?? DEFAULT_BASE, binary: binaryOf(args) }
}

function binaryOf(args: Args): string {
  const given = args.text('binary') ?? process.env.XSERVE_BINARY
  const [self, ...sources] = selfCommand()
  if (given !== undefined) {
    if (!existsSync(given)) throw new XserveError('FILE_NOT_FOUND', `there is no file ${given}`)
    return path.resolve(given)
  }
  if (sources.length > 0) {
    throw new XserveError('BAD_ARGUMENT', 'this program runs from its sources: an image needs it compiled', {
      hint: 'make build, then --binary dist/xserve',
    })
  }
  return self!
}
