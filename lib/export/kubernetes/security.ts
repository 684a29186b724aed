/** What a container may do: next to nothing where the image is ours, and what cannot harm somebody else's. */
import { type Image, USER_ID } from '../images.ts'

export function podSecurity({ kind }: Image, hasVolumes: boolean): object {
  const seccompProfile = { type: 'RuntimeDefault' }
  // What is mounted belongs to this group, so that others than root can write to it.
  const files = hasVolumes ? { fsGroup: USER_ID } : {}
  if (kind === 'other') return { ...files, seccompProfile }
  return {
    runAsNonRoot: true,
    runAsUser: USER_ID,
    runAsGroup: USER_ID,
    ...files,
    seccompProfile,
  }
}

/** Images of others often run as root and write where they like. */
export function containerSecurity({ kind }: Image): object {
  if (kind === 'other') return { allowPrivilegeEscalation: false }
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  }
}

/** Where the root cannot be written to, there is a place for what is passing. */
export const needsScratch = ({ kind }: Image): boolean => kind !== 'other'
