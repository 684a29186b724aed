/** The gateway of a Flow as a plan, from the options of the Flow. */
import { existsSync } from 'node:fs'
import { checkPlain } from '../config/bad-entry.ts'
import { COMMAND_LINE, type Given } from '../config/given.ts'
import { mergeOptions, type Options, type OptionValue } from '../config/read-options.ts'
import { XserveError } from '../errors.ts'
import { DEFAULT_GATEWAY } from './defaults.ts'
import { carriedOf, flagOf, limitOf, mapOf, numberOf, objectOf, pathOf, textOf } from './deployment.ts'
import { readEnvFiles } from './env-files.ts'
import { checkGrpcOptions } from './grpc-options.ts'
import { checkHost, resolveListeners } from './listeners.ts'
import type { GatewayPlan } from './plan.ts'
import type { Reading } from './reading.ts'
import { modulesOf, readUses } from './uses.ts'

/** `own`: what stands at `at`, for the whole Flow and for the gateway alone. */
export function readFront(own: Options, at: Given, reading: Reading): GatewayPlan {
  const uses = own.get('uses')
  const main = uses ? readUses(uses.at, modulesOf(own, reading) ?? [], reading) : null
  const options = main ? mergeOptions(main.options, own) : own
  const listeners = listenersOf(options, reading)
  checkGrpcOptions(options, reading.problems)
  const usesWith = own.get('uses_with')
  if (usesWith !== undefined) checkPlain({ ...usesWith.at, value: usesWith.value }, reading.problems)
  if (main?.uses.kind === 'module' && !listeners.some(({ protocol }) => protocol === 'http'))
    reading.problems.add(
      uses!.at,
      'a gateway of your own answers HTTP, which is not served',
      'say protocol: http, or [grpc, http]',
    )
  return {
    ...DEFAULT_GATEWAY,
    listeners,
    host: hostOf(options, listeners, reading),
    uses: main?.uses ?? null,
    usesWith: objectOf(options, 'uses_with'),
    workspace: pathOf(options.get('workspace'), reading),
    timeoutSendMs: limitOf(options),
    retries: numberOf(options, 'retries') ?? DEFAULT_GATEWAY.retries,
    prefetch: numberOf(options, 'prefetch') ?? DEFAULT_GATEWAY.prefetch,
    tls: tlsOf(options, at, reading),
    http: {
      title: textOf(options, 'title') ?? null,
      description: textOf(options, 'description') ?? null,
      cors: flagOf(options, 'cors'),
      debugEndpoints: !flagOf(options, 'no_debug_endpoints'),
      crudEndpoints: !flagOf(options, 'no_crud_endpoints'),
      exposeEndpoints: objectOf(options, 'expose_endpoints'),
    },
    env: { ...readEnvFiles(options.get('env_file'), reading), ...mapOf(options, 'env') },
    reload: flagOf(options, 'reload'),
    restart: flagOf(options, 'restart'),
    options: carriedOf(options),
  }
}

function listenersOf(options: Options, { problems }: Reading): GatewayPlan['listeners'] {
  const protocol = options.get('protocol')
  const port = options.get('port')
  const words = (option: OptionValue | undefined) => ((option?.value ?? []) as readonly (string | number)[]).map(String)
  const protocols = words(protocol)
  // A list has a port for each; one for all is written without brackets. On the command line there are none.
  const isList = port !== undefined && Array.isArray(port.at.value) && port.at.source !== COMMAND_LINE
  if (isList && port.at.value.length === 1 && protocols.length > 1) {
    const [one] = port.at.value as readonly unknown[]
    const message = `a list has a port for each protocol: ${protocols.join(', ')} on ${String(one)}`
    problems.add(port.at, message, `port: ${String(one)} is one for all of them`)
    return DEFAULT_GATEWAY.listeners
  }
  try {
    return resolveListeners(protocols, words(port)).protocols
  } catch (error) {
    if (!(error instanceof XserveError)) throw error
    const place = error.message.startsWith('port') ? (port ?? protocol) : (protocol ?? port)
    problems.take(place!.at, error)
    return DEFAULT_GATEWAY.listeners
  }
}

function hostOf(options: Options, listeners: GatewayPlan['listeners'], { problems }: Reading): string {
  const option = options.get('host')
  if (option === undefined) return DEFAULT_GATEWAY.host
  const [first = DEFAULT_GATEWAY.host, ...others] = option.value as readonly string[]
  if (others.length > 0) problems.add(option.at, 'the gateway listens on one host', '0.0.0.0 is all addresses')
  try {
    checkHost(first, listeners)
  } catch (error) {
    if (!(error instanceof XserveError)) throw error
    problems.take(option.at, error)
  }
  return first
}

function tlsOf(options: Options, at: Given, reading: Reading): GatewayPlan['tls'] {
  const [certificate, key] = [options.get('ssl_certfile'), options.get('ssl_keyfile')]
  const callers = options.get('ssl_ca_certs')
  for (const option of [certificate, key, callers]) {
    const file = pathOf(option, reading)
    if (file !== null && !existsSync(file)) reading.problems.add(option!.at, `there is no file ${option!.value}`)
  }
  const [certificateFile, keyFile] = [pathOf(certificate, reading), pathOf(key, reading)]
  const callersFile = pathOf(callers, reading)
  if (certificateFile !== null && keyFile !== null)
    return { certificateFile, keyFile, ...(callersFile === null ? {} : { callersFile }) }
  if (certificateFile !== null || keyFile !== null || callersFile !== null)
    reading.problems.add((certificate ?? key ?? callers)?.at ?? at, 'TLS needs both, ssl_certfile and ssl_keyfile')
  return null
}
