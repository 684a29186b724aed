/** Which image a container is made from. What is no image is told of at once, all of it. */
import { XserveError } from '../errors.ts'
import { type FlowPlan, GATEWAY, type UsesPlan } from '../plan/plan.ts'

export interface ImageOptions {
  /** Image with this program: the gateway, and executors that only pass on. */
  readonly program: string
  /** Executor → image, for those that are modules here, or another image than written. */
  readonly images: Readonly<Record<string, string>>
  /** Whose images these are, for the advice on what is none. */
  readonly target: 'kubernetes' | 'docker-compose'
  readonly warn: (message: string) => void
}

export interface Image {
  readonly reference: string
  /**
   * `program`: only this program is in it. `own`: an executor in TypeScript, with this program. `other`: somebody's executor,
   * which may be a Python one: it answers to `jina` as ours do, and nothing is known of its user and its files.
   */
  readonly kind: 'program' | 'own' | 'other'
}

/** Of the user that images of ours run as; its group has the same. */
export const USER_ID = 1000

/** Reference of an image, after the grammar of the distribution specification. */
const REFERENCE =
  /^[a-z0-9][a-z0-9._-]*(?::\d+)?(?:\/[a-z0-9][a-z0-9._-]*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/
const STORE = /^(?:jinaai|jinahub)\+docker:\/\//

export interface Images {
  /** `where`: the executor, and which of its parts. null: it runs elsewhere. */
  of(uses: UsesPlan, deployment: string): Image | null
  readonly program: Image
}

/**
 * Throws XserveError NOT_CONTAINERIZED with all executors that are no images, BAD_ARGUMENT for options that name no image or no
 * executor, BAD_CONFIG for references that cannot be.
 */
export function resolveImages(plan: FlowPlan, options: ImageOptions): Images {
  const { images, program, target, warn } = options
  const names = [...plan.deployments.map(({ name }) => name), ...(plan.gateway.uses === null ? [] : [GATEWAY])]
  const unknown = Object.keys(images).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new XserveError('BAD_ARGUMENT', `there is no executor ${unknown} to have an image`, {
      hint: `executors: ${names.join(', ')}`,
    })
  }
  for (const reference of [program, ...Object.values(images)]) checkReference(reference, 'BAD_ARGUMENT')
  refuseModules(plan, images, target)
  const told = new Set<string>()
  const of = (uses: UsesPlan, deployment: string): Image | null => {
    const given = images[deployment]
    if (given !== undefined && uses.kind !== 'external') {
      return { reference: given, kind: uses.kind === 'module' ? 'own' : 'other' }
    }
    if (uses.kind === 'external') return null
    if (uses.kind === 'pass') return { reference: program, kind: 'program' }
    if (uses.kind === 'module') throw new XserveError('INTERNAL', `${deployment} has no image`, { where: deployment })
    const reference = STORE.test(uses.written) ? uses.image.toLowerCase() : uses.image
    checkReference(reference, 'BAD_CONFIG', deployment)
    if (STORE.test(uses.written) && !told.has(uses.written)) {
      told.add(uses.written)
      warn(`${uses.written} is taken for the image ${reference}: --image ${deployment}=IMAGE names another`)
    }
    return { reference, kind: 'other' }
  }
  return { of, program: { reference: program, kind: 'program' } }
}

function refuseModules(
  { deployments, gateway }: FlowPlan,
  images: Readonly<Record<string, string>>,
  target: ImageOptions['target'],
): void {
  const missing = deployments.flatMap(({ name, uses, usesBefore, usesAfter }) => [
    ...(uses.kind === 'module' && images[name] === undefined ? [`${name} (${sourceOf(uses)})`] : []),
    ...(usesBefore?.kind === 'module' ? [`uses_before of ${name} (${sourceOf(usesBefore)})`] : []),
    ...(usesAfter?.kind === 'module' ? [`uses_after of ${name} (${sourceOf(usesAfter)})`] : []),
  ])
  if (gateway.uses?.kind === 'module' && images[GATEWAY] === undefined)
    missing.push(`the gateway (${sourceOf(gateway.uses)})`)
  if (missing.length === 0) return
  throw new XserveError(
    'NOT_CONTAINERIZED',
    `${target} needs container images, and ${missing.length === 1 ? 'this is none' : 'these are none'}: ${missing.join(', ')}`,
    {
      hint: 'name an image of it, by uses: docker://acme/my-executor:1 or --image NAME=acme/my-executor:1, or have one built: --build',
    },
  )
}

function sourceOf(uses: UsesPlan & { kind: 'module' }): string {
  const file = uses.modules[0]?.split('/').at(-1)
  return [file, uses.className].filter((part) => part !== undefined && part !== null).join('#')
}

function checkReference(reference: string, code: 'BAD_ARGUMENT' | 'BAD_CONFIG', where?: string): void {
  if (REFERENCE.test(reference)) return
  throw new XserveError(code, `${where === undefined ? '' : `${where}: `}${JSON.stringify(reference)} names no image`, {
    where,
    hint: 'an image is called like registry.example.com:5000/team/name:tag, in lower case',
  })
}
