/** One executor of a Flow as a plan, from its options. */

import { checkPlain } from '../config/bad-entry.ts'
import { type Given, memberOf } from '../config/given.ts'
import type { BatchingValue } from '../config/option-value.ts'
import { mergeOptions, type Options, type OptionValue } from '../config/read-options.ts'
import { MOST_WORKERS } from '../config/table/executor.ts'
import { BATCH_TIMEOUT_MS } from '../wire/defaults.ts'
import { DEFAULT_DEPLOYMENT } from './defaults.ts'
import { readEnvFiles } from './env-files.ts'
import { externalAddresses } from './external.ts'
import { checkGrpcOptions } from './grpc-options.ts'
import type { AroundPlan, BatchingPlan, DeploymentPlan, PollingPlan, UsesPlan } from './plan.ts'
import { type Reading, resolvePath, withEnv } from './reading.ts'
import { isImageName, modulesOf, type ReadUses, readUses } from './uses.ts'

/** An executor as it is written, with what was said of it. */
export interface Item {
  readonly name: string
  readonly at: Given
  readonly own: Options
  /** Its own, and what the Flow says for all. */
  readonly options: Options
  readonly plan: DeploymentPlan
}

/** What the Flow says for all its executors. */
export interface ForAll {
  readonly options: Options
  readonly env: Readonly<Record<string, string>>
}

/** A plan is made of what is right; problems are added for the rest. */
export function readItem(
  { at, own }: Pick<Item, 'at' | 'own'>,
  defaultName: string,
  forAll: ForAll,
  reading: Reading,
): Item {
  const { problems } = reading
  const name = textOf(own, 'name') ?? defaultName
  const spoken = mergeOptions(forAll.options, own)
  const env = { ...readEnvFiles(own.get('env_file'), reading), ...mapOf(own, 'env') }
  const isLive = flagOf(own, 'reload')
  const inner = { ...withEnv(reading, env), checksClasses: reading.checksClasses && !isLive }
  const isExternal = own.get('external')?.value === true
  const uses = own.get('uses')
  // Those of an image are in it.
  const isImage = uses !== undefined && isImageName(uses.value)
  const modules = isImage ? [] : (modulesOf(own, reading) ?? [])
  const main = uses === undefined || isExternal ? null : readUses(uses.at, modules, inner)
  const options = main ? mergeOptions(mergeOptions(forAll.options, main.options), own) : spoken
  if (main) checkArguments(main.options, problems)
  const around = (key: 'uses_before' | 'uses_after'): AroundPlan | null => {
    const option = options.get(key)
    if (option === undefined) return null
    const idle = isExternal
      ? 'it runs elsewhere, and what stands around it, too'
      : whyNothingAround(main?.uses, options)
    if (idle !== null) problems.warn(option.at, `${key} has no effect: ${idle}`)
    const read = isExternal ? null : readUses(option.at, modules, inner)
    if (read) checkArguments(read.options, problems)
    return aroundOf(read)
  }
  checkGrpcOptions(own, problems)
  checkArguments(own, problems)
  const fromFile = main ? { ...readEnvFiles(main.options.get('env_file'), reading), ...mapOf(main.options, 'env') } : {}
  const plan: DeploymentPlan = {
    ...DEFAULT_DEPLOYMENT,
    name,
    uses: isExternal ? external(name, options, at, reading) : (main?.uses ?? { kind: 'pass' }),
    usesWith: objectOf(options, 'uses_with'),
    usesMetas: objectOf(options, 'uses_metas'),
    usesRequests: mapOf(options, 'uses_requests'),
    dynamicBatching: batchingOf(options),
    usesBefore: around('uses_before'),
    usesAfter: around('uses_after'),
    shards: numberOf(options, 'shards') ?? 1,
    shardId: shardOf(options, problems),
    replicas: numberOf(options, 'replicas') ?? 1,
    polling: (options.get('polling')?.value as PollingPlan | undefined) ?? DEFAULT_DEPLOYMENT.polling,
    timeoutSendMs: numberOf(options, 'timeout_send') ?? DEFAULT_DEPLOYMENT.timeoutSendMs,
    retries: numberOf(options, 'retries') ?? DEFAULT_DEPLOYMENT.retries,
    grpcMetadata: mapOf(options, 'grpc_metadata'),
    timeoutReadyMs: numberOf(options, 'timeout_ready') ?? DEFAULT_DEPLOYMENT.timeoutReadyMs,
    workspace:
      main?.uses.kind === 'image' ? (textOf(options, 'workspace') ?? null) : pathOf(options.get('workspace'), reading),
    env: { ...forAll.env, ...fromFile, ...env },
    exitOnExceptions: (options.get('exit_on_exceptions')?.value as readonly string[] | undefined) ?? [],
    reload: flagOf(options, 'reload'),
    restart: flagOf(options, 'restart'),
    port: portOf(name, options, isExternal, reading),
    options: { ...(isImage ? modulesInside(own) : {}), ...carriedOf(options) },
  }
  checkNumber(plan, options.get('replicas')?.at ?? at, problems)
  const replicas = plan.uses.kind === 'external' ? plan.uses.addresses.length : plan.replicas
  return { name, at, own, options: spoken, plan: { ...plan, replicas } }
}

/** Either may be as many as all. */
function checkNumber(
  { name, uses, shards, shardId, replicas }: DeploymentPlan,
  at: Given,
  problems: Reading['problems'],
) {
  const workers = (shardId === null ? shards : 1) * replicas
  if (uses.kind === 'external' || workers <= MOST_WORKERS) return
  problems.add(
    at,
    `${name} would be ${workers} processes: ${shards} shards of ${replicas} replicas`,
    `${MOST_WORKERS} are the most`,
  )
}

/** They go to a process of their own. */
function checkArguments(options: Options, problems: Reading['problems']): void {
  for (const key of ['uses_with', 'uses_metas']) {
    const option = options.get(key)
    if (option !== undefined) checkPlain({ ...option.at, value: option.value }, problems)
  }
}

/** null: executors stand around the shards. As in Jina, there is nothing to stand around where there is one alone. */
function whyNothingAround(uses: UsesPlan | undefined, options: Options): string | null {
  if (uses === undefined || uses.kind === 'pass') return 'without uses there are no shards'
  return options.has('shard_id') || (numberOf(options, 'shards') ?? 1) > 1 ? null : 'it stands around several shards'
}

/** One that passes everything on is as good as none. */
function aroundOf(read: ReadUses | null): AroundPlan | null {
  if (read === null || read.uses.kind === 'pass') return null
  const said = {
    usesWith: objectOf(read.options, 'uses_with'),
    usesMetas: objectOf(read.options, 'uses_metas'),
    usesRequests: mapOf(read.options, 'uses_requests'),
    dynamicBatching: batchingOf(read.options),
  }
  return { ...read.uses, ...Object.fromEntries(Object.entries(said).filter(([, one]) => Object.keys(one).length > 0)) }
}

function external(name: string, options: Options, at: Given, { problems }: Reading): UsesPlan {
  const host = options.get('host')
  const port = options.get('port')
  const tls = options.get('tls')
  // One that could not be read has been told of: it is not missing.
  if (!port && memberOf(at, 'port').value !== undefined) return { kind: 'external', addresses: [] }
  try {
    return {
      kind: 'external',
      addresses: externalAddresses(name, {
        ...(host ? { host: host.value as readonly string[] } : {}),
        ...(port ? { port: port.value as readonly number[] } : {}),
        ...(tls ? { tls: tls.value as boolean } : {}),
      }),
    }
  } catch (error) {
    problems.take(host?.at ?? port?.at ?? at, error)
    return { kind: 'external', addresses: [] }
  }
}

/** One worker alone can have it; a list has one for each. */
function portOf(name: string, options: Options, isExternal: boolean, { problems }: Reading): number | null {
  const port = options.get('port')
  if (port === undefined || isExternal) return null
  const ports = port.value as readonly number[]
  const shards = options.has('shard_id') ? 1 : (numberOf(options, 'shards') ?? 1)
  const workers = shards * (numberOf(options, 'replicas') ?? 1)
  if (ports.length !== workers) {
    problems.add(
      port.at,
      `${name} has ${workers} replicas and shards, and ${ports.length === 1 ? 'one port' : `${ports.length} ports`}`,
      'leave port out: they are reached through the gateway',
    )
  }
  return ports.length === 1 ? ports[0]! : null
}

/** As they are written: paths in the container. */
function modulesInside(options: Options): Readonly<Record<string, unknown>> {
  const modules = options.get('py_modules')?.value
  return modules === undefined ? {} : { py_modules: modules }
}

function shardOf(options: Options, problems: Reading['problems']): number | null {
  const option = options.get('shard_id')
  if (option === undefined) return null
  const shards = numberOf(options, 'shards') ?? 1
  const shard = option.value as number
  if (shard >= shards) problems.add(option.at, `shard_id is ${shard}, and shards are numbered from 0 to ${shards - 1}`)
  return shard
}

function batchingOf(options: Options): Readonly<Record<string, BatchingPlan>> {
  const given = (options.get('uses_dynamic_batching')?.value ?? {}) as Readonly<Record<string, BatchingValue>>
  return Object.fromEntries(
    Object.entries(given).map(([key, { preferredBatchSize, timeout, flushAll }]) => [
      key,
      { preferredBatchSize, timeoutMs: timeout ?? BATCH_TIMEOUT_MS, flushAll: flushAll ?? false },
    ]),
  )
}

/** What others than this program can use, without defaults. */
export function carriedOf(options: Options): Readonly<Record<string, unknown>> {
  const carried = [...options.values()].filter(({ option, value }) => isCarried(option) && value !== option.preset)
  return Object.fromEntries(carried.map(({ option, value }) => [option.name, value]))
}

const isCarried = ({ kind, carried }: OptionValue['option']): boolean =>
  kind === 'later' || kind === 'export' || carried === true

const said = (options: Options, name: string): unknown => options.get(name)?.value

export const textOf = (options: Options, name: string) => said(options, name) as string | undefined
export const numberOf = (options: Options, name: string) => said(options, name) as number | undefined
export const flagOf = (options: Options, name: string): boolean => said(options, name) === true
export const mapOf = (options: Options, name: string) => (said(options, name) ?? {}) as Readonly<Record<string, string>>
export const objectOf = (options: Options, name: string) =>
  (said(options, name) ?? {}) as Readonly<Record<string, unknown>>

/** null: no limit. */
export function limitOf(options: Options): number | null {
  const ms = numberOf(options, 'timeout_send')
  return ms === undefined || ms < 0 ? null : ms
}

export function pathOf(option: OptionValue | undefined, reading: Reading): string | null {
  return option === undefined ? null : resolvePath(option.at, option.value as string, reading)
}
