/** The container engine of this machine, by its command. */
import { XserveError } from '../../errors.ts'

/** In this order: who has both mostly uses the first. */
const ENGINES = ['docker', 'podman'] as const

/** Throws XserveError BAD_ARGUMENT when there is none. `wanted`: what needs it, for the message. */
export function findEngine(wanted: string): string {
  const engine = ENGINES.find((name) => Bun.which(name) !== null)
  if (engine !== undefined) return engine
  throw new XserveError('BAD_ARGUMENT', `${wanted} needs a container engine, and neither docker nor podman is there`, {
    hint: 'install one, or export the Flow to Kubernetes or Docker Compose',
  })
}
