/** `--build`: images of all executors of a Flow that are modules, and of this program, named after what is in them. */
import { workloadName } from '../export/names.ts'
import { PROGRAM_IMAGE, tellOfProgramImage } from '../flow/program-image.ts'
import { VERSION } from '../flow/version.ts'
import { DEFAULT_DEPLOYMENT } from '../plan/defaults.ts'
import { type DeploymentPlan, type FlowPlan, GATEWAY } from '../plan/plan.ts'
import type { Args } from './arguments.ts'
import { buildImageOf } from './build-image.ts'
import type { readExportOptions } from './export-options.ts'
import { readImageOptions } from './image-options.ts'

type ExportOptions = ReturnType<typeof readExportOptions>

/** With the images that were built. What was given goes before. Rejects with XserveError. */
export async function withBuilt(plan: FlowPlan, args: Args, options: ExportOptions): Promise<ExportOptions> {
  if (args.flag('build') !== true) {
    if (options.includeGateway) tellOfProgramImage(options.program, options.warn)
    return options
  }
  const settings = readImageOptions(args)
  const repository = args.text('repository')
  const named = (name: string, tag: string) => `${repository === undefined ? '' : `${repository}/`}${name}:${tag}`
  const build = (one: DeploymentPlan | null, name: (hash: string) => string): Promise<string> =>
    buildImageOf(one, settings, (hash) => name(hash.slice(0, 12)))
  const images: Record<string, string> = { ...options.images }
  for (const one of plan.deployments) {
    if (one.uses.kind !== 'module' || images[one.name] !== undefined) continue
    images[one.name] = await build(one, (hash) => named(workloadName(one.name), hash))
  }
  if (plan.gateway.uses?.kind === 'module' && images[GATEWAY] === undefined) {
    const { uses, usesWith } = plan.gateway
    const one = { ...DEFAULT_DEPLOYMENT, name: GATEWAY, uses, usesWith }
    images[GATEWAY] = await build(one, (hash) => named(GATEWAY, hash))
  }
  const isGiven = args.has('gateway-image') || options.program !== PROGRAM_IMAGE
  const program = isGiven ? options.program : await build(null, () => named('xserve', VERSION))
  return { ...options, images, program }
}
