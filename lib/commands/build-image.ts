/** Images of executors, by whichever builder is there. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { XserveError } from '../errors.ts'
import { type ContextOptions, writeContext } from '../export/dockerfile/context.ts'
import type { DeploymentPlan } from '../plan/plan.ts'

/** In this order: who has several mostly uses the first. */
const BUILDERS = ['docker', 'podman', 'buildah'] as const

/**
 * `plan` null: an image of this program alone. `name` says what it is called by the hash of what is in it. Resolves with that
 * name; rejects with XserveError BUILD_FAILED, and as `writeContext` throws.
 */
export async function buildImageOf(
  plan: DeploymentPlan | null,
  options: Omit<ContextOptions, 'folder'>,
  name: (hash: string) => string,
): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'xserve-build-'))
  try {
    const tag = name(writeContext(plan, { ...options, folder }).hash)
    await buildImage(folder, tag)
    return tag
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What it prints goes to stderr as it comes. Rejects with XserveError BUILD_FAILED. */
async function buildImage(folder: string, tag: string): Promise<void> {
  const builder = BUILDERS.find((name) => Bun.which(name) !== null)
  if (builder === undefined) {
    throw new XserveError('BUILD_FAILED', `there is no builder of images: ${BUILDERS.join(', ')}`, {
      hint: 'xserve export dockerfile writes the folder, which any builder takes',
    })
  }
  const child = Bun.spawn([builder, 'build', '--tag', tag, folder], { stdio: ['ignore', 2, 2] })
  const code = await child.exited
  if (code === 0) return
  throw new XserveError('BUILD_FAILED', `${builder} build of ${tag} ended with exit code ${code}`, {
    hint: 'what it said stands above',
  })
}
