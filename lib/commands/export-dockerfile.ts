/** `xserve export dockerfile`: the folder that a builder of images takes. */
import path from 'node:path'
import { XserveError } from '../errors.ts'
import { writeContext } from '../export/dockerfile/context.ts'
import type { Args } from './arguments.ts'
import { executorOf } from './build.ts'
import { readImageOptions } from './image-options.ts'

export async function toDockerfile(args: Args): Promise<number> {
  const folder = args.positional(2)
  if (folder === undefined) {
    throw new XserveError('BAD_ARGUMENT', 'where to? The folder is missing', {
      hint: 'xserve export dockerfile my_executor.ts image/',
    })
  }
  const { files } = writeContext(await executorOf(args, 1), { ...readImageOptions(args), folder: path.resolve(folder) })
  const what = files === 0 ? '' : ` with ${files} files of the executor`
  await Bun.write(Bun.stdout, `The folder ${folder} is ready${what}: docker build --tag NAME ${folder}\n`)
  return 0
}
