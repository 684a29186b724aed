/** `xserve build FILE`: a container image of an executor, or of this program alone for gateways. */

import { XserveError } from '../errors.ts'
import { PROGRAM_IMAGE } from '../flow/program-image.ts'
import type { DeploymentPlan } from '../plan/plan.ts'
import type { Args, CommandDefinition } from './arguments.ts'
import { buildImageOf } from './build-image.ts'
import { readExportPlan } from './export-plan.ts'
import { IMAGE_OPTIONS, readImageOptions } from './image-options.ts'
import { VARIABLE_OPTIONS } from './variable-options.ts'
import { printWarnings } from './warnings.ts'

export const build: CommandDefinition = {
  name: 'build',
  summary: 'Build a container image of an executor with docker, podman or buildah',
  positionals: [
    { name: 'file', summary: "The executor's file, YAML or folder; gateway: this program alone", required: true },
  ],
  options: [
    {
      name: 'tag',
      type: 'text',
      value: 'IMAGE',
      summary: 'What the image is called',
      preset: `${PROGRAM_IMAGE} for gateway`,
      also: ['t'],
    },
    ...IMAGE_OPTIONS,
    { name: 'executor', type: 'text', value: 'NAME', summary: 'Class, when the file exports several' },
    ...VARIABLE_OPTIONS,
  ],
  examples: [
    `xserve build my_executor.ts --tag acme/my:1`,
    `xserve build gateway --tag acme/xserve:1  # for gateways of exported Flows`,
  ],
  async run(args) {
    if (args.positional(0) === undefined) {
      throw new XserveError('BAD_ARGUMENT', 'an image of what? The file is missing', {
        hint: 'for example: xserve build my_executor.ts --tag acme/my:1',
      })
    }
    const plan = await executorOf(args)
    const tag = args.text('tag') ?? (plan === null ? PROGRAM_IMAGE : undefined)
    if (tag === undefined) {
      throw new XserveError('BAD_ARGUMENT', 'what is the image called? --tag is missing', {
        hint: '--tag acme/my-executor:1',
      })
    }
    await buildImageOf(plan, readImageOptions(args), () => tag)
    await Bun.write(Bun.stdout, `${tag}\n`)
    return 0
  },
}

/** null: the program alone. Rejects with XserveError. */
export async function executorOf(args: Args, position = 0): Promise<DeploymentPlan | null> {
  const given = args.positional(position)
  if (given === 'gateway') return null
  const warnings: string[] = []
  const { deployments } = await readExportPlan(given, args, (warning) => void warnings.push(warning))
  await printWarnings(warnings)
  const [first, ...others] = deployments
  if (first && others.length === 0) return first
  throw new XserveError('BAD_ARGUMENT', `${given} has ${deployments.length} executors, an image has one`, {
    hint: 'xserve export kubernetes --build makes images of all',
  })
}
