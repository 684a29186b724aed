/** One container as a Compose service. */
import { END_SECONDS, isKept, PATIENCE_SECONDS, TLS_INSIDE } from '../container.ts'
import { USER_ID } from '../images.ts'
import type { Gpus, Volume, Workload } from '../workload.ts'
import { limitsOf } from './limits.ts'

export interface ServiceContext {
  readonly network: string
  /** Services that it waits for. */
  readonly needs: readonly string[]
  /** A file of this machine as the Compose file names it. */
  relative(file: string): string
  readonly warn: (message: string) => void
}

/** Each check starts a program; who waits for it waits that long at most. */
const CHECK_SECONDS = 3
const SICK_AFTER = 5

export function serviceOf(workload: Workload, context: ServiceContext): object {
  const { image, command, args, ports, monitoringPort, role, volumes } = workload
  const published = role === 'gateway' ? [...new Set([...ports.map(({ port }) => port), ...some(monitoringPort)])] : []
  const mounted = [...volumes.map(volumeText), ...certificates(workload, context)]
  const health = healthcheck(workload)
  const deploy = deployOf(workload)
  return {
    image: image.reference,
    entrypoint: command.map(literal),
    command: args.map(literal),
    ...environment(workload, context),
    ...(published.length > 0 ? { ports: published.map((port) => `${port}:${port}`) } : {}),
    ...(mounted.length > 0 ? { volumes: mounted.map(literal) } : {}),
    networks: [context.network],
    ...(context.needs.length > 0
      ? { depends_on: Object.fromEntries(context.needs.map((name) => [name, { condition: 'service_healthy' }])) }
      : {}),
    ...(health ? { healthcheck: health } : {}),
    ...(deploy ? { deploy } : {}),
    restart: 'unless-stopped',
    stop_grace_period: `${Math.ceil(workload.shutdownMs / 1000) + END_SECONDS}s`,
    ...securityOf(workload),
  }
}

const some = (value: number | null): number[] => (value === null ? [] : [value])

/** Secrets are Kubernetes': here a variable of the shell that starts all goes through. */
function environment({ name, env, secrets }: Workload, { warn }: ServiceContext): { environment?: object } {
  const through = Object.keys(secrets)
  if (through.length > 0) warn(`${name}: Compose has no secrets of Kubernetes: set ${through.join(', ')} in the shell`)
  const all = {
    ...Object.fromEntries(Object.entries(env).map(([key, value]) => [key, literal(value)])),
    ...Object.fromEntries(through.map((key) => [key, null])),
  }
  return Object.keys(all).length > 0 ? { environment: all } : {}
}

function volumeText({ source, target, readOnly }: Volume): string {
  return [...(source === null ? [] : [source]), target, ...(readOnly ? ['ro'] : [])].join(':')
}

function certificates({ tls }: Workload, { relative }: ServiceContext): string[] {
  if (tls === null) return []
  return [
    `${relative(tls.certificateFile)}:${TLS_INSIDE.certificateFile}:ro`,
    `${relative(tls.keyFile)}:${TLS_INSIDE.keyFile}:ro`,
    ...(tls.callersFile === undefined ? [] : [`${relative(tls.callersFile)}:${TLS_INSIDE.callersFile}:ro`]),
  ]
}

/** Asked by the program in the image. With TLS it has no certificate that is valid for 127.0.0.1: not asked. */
function healthcheck({ role, ports, tls, image, timeoutReadyMs }: Workload): object | null {
  if (tls !== null) return null
  const { protocol, port } = ports[0]!
  const program = image.kind === 'other' ? 'jina' : 'xserve'
  const place = role === 'gateway' ? `${protocol}://127.0.0.1:${port}` : `127.0.0.1:${port}`
  return {
    test: ['CMD', program, 'ping', role, place],
    interval: `${CHECK_SECONDS}s`,
    timeout: `${PATIENCE_SECONDS}s`,
    retries: SICK_AFTER,
    // For ever is a day: whatever starts longer is not sick before.
    start_period: `${timeoutReadyMs < 0 ? 86_400 : Math.ceil(timeoutReadyMs / 1000)}s`,
  }
}

function deployOf({ gpus, resources }: Workload): object | null {
  const limits = limitsOf(resources)
  const reservations = gpus === null ? null : { devices: [deviceOf(gpus)] }
  if (limits === null && reservations === null) return null
  return { resources: { ...(limits ? { limits } : {}), ...(reservations ? { reservations } : {}) } }
}

function deviceOf(gpus: Gpus): object {
  const which = 'devices' in gpus ? { device_ids: gpus.devices } : { count: gpus.count }
  return { driver: 'nvidia', ...which, capabilities: ['gpu'] }
}

/** Images of others often run as root and write where they like. */
function securityOf(workload: Workload): object {
  const { image, workspace } = workload
  const least = { security_opt: ['no-new-privileges:true'] }
  if (image.kind === 'other') return least
  // Gone with the container, since nobody has asked for more. Its mode is that of the image's folder.
  const passing = ['/tmp', ...(isKept(workload) ? [] : [`${workspace}:uid=${USER_ID}`])]
  return { ...least, cap_drop: ['ALL'], read_only: true, tmpfs: passing }
}

/** Compose puts variables in the place of `$NAME`. */
const literal = (text: string): string => text.replaceAll('$', '$$$$')
