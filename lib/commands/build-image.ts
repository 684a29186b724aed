/** Hands a folder to whichever builder of images is there. */
import { XserveError } from '../errors.ts'

/** In this order: who has several mostly uses the first. */
const BUILDERS = ['docker', 'podman', 'buildah'] as const

/** What it prints goes to stderr as it comes. Rejects with XserveError BUILD_FAILED. */
export async function buildImage(folder: string, tag: string): Promise<void> {
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
