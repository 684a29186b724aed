/** A Flow as YAML, in a file of its own: paths are told from there, variables as what they were replaced by. */

import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { isYamlText } from '../config/file-names.ts'
import type { Given, Json } from '../config/given.ts'
import type { BatchingValue } from '../config/option-value.ts'
import type { Options, OptionValue } from '../config/read-options.ts'
import { parseYaml, writeYaml } from '../config/yaml-file.ts'
import { XserveError } from '../errors.ts'
import { isObject } from '../objects.ts'
import type { Item } from './deployment.ts'
import { type LoadedFlow, planGiven, type Written } from './load.ts'
import type { FlowPlan, UsesPlan } from './plan.ts'
import { resolvePath } from './reading.ts'

/** Where paths begin: before, of what stands in no file; afterwards. */
export interface Folders {
  readonly from: string
  readonly to: string
}

/** Options whose texts are paths. */
const PATHS: ReadonlySet<string> = new Set([
  'workspace',
  'ssl_certfile',
  'ssl_keyfile',
  'ssl_ca_certs',
  'env_file',
  'py_modules',
])
/** Keys of an executor's YAML that are. */
const OWN_PATHS: ReadonlySet<string> = new Set([...PATHS, 'modules'])

/** Reads as the same plan. Throws XserveError BAD_CONFIG where no text does: a value that looks like a variable. */
export function flowYaml({ plan, written }: LoadedFlow, folders: Folders): string {
  const text = writeYaml(written.isDeployment ? deploymentOf(plan, written, folders) : flowOf(plan, written, folders))
  const again = planGiven(parseYaml(text, path.join(folders.to, 'flow.yml')), folders.to, {
    env: process.env,
    context: {},
  })
  if (!isDeepStrictEqual(meaningOf(again.plan), meaningOf(plan))) {
    throw new XserveError('BAD_CONFIG', 'the Flow cannot be written as YAML: read again, it would be another one', {
      hint: 'a value that looks like a variable ($NAME) is one in YAML',
    })
  }
  return text
}

const meaningOf = ({ files: _, ...rest }: FlowPlan): unknown => rest

function flowOf(plan: FlowPlan, { flow, gateway, items }: Written, folders: Folders): Json {
  const own = gateway.size === 0 ? {} : { gateway: saidOf(gateway, plan.gateway.uses, folders) }
  return {
    jtype: 'Flow',
    version: '1',
    ...(flow.size === 0 ? {} : { with: saidOf(flow, plan.gateway.uses, folders) }),
    ...own,
    executors: items.map((item) => itemOf(item, folders)),
  }
}

function deploymentOf(plan: FlowPlan, { flow, items }: Written, folders: Folders): Json {
  const [item] = items
  const front = saidOf(flow, plan.gateway.uses, folders)
  return { jtype: 'Deployment', version: '1', with: { ...itemOf(item!, folders), ...front } }
}

/** Its name is told even where it follows from its place. */
function itemOf({ name, own, plan }: Item, folders: Folders): Json {
  const { name: _, uses, uses_before, uses_after, ...rest } = saidOf(own, plan.uses, folders)
  const around = (key: string, place: UsesPlan | null) =>
    own.has(key) && place !== null ? { [key]: usesOf(own.get(key)!, place, folders) } : {}
  return {
    name,
    ...(uses === undefined ? {} : { uses }),
    ...around('uses_before', plan.usesBefore),
    ...around('uses_after', plan.usesAfter),
    ...rest,
  }
}

function saidOf(options: Options, uses: UsesPlan | null, folders: Folders): Record<string, unknown> {
  const entries = [...options.values()].map((option) => [option.option.name, writtenOf(option, uses, folders)])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function writtenOf(said: OptionValue, uses: UsesPlan | null, folders: Folders): unknown {
  const { option, value, at } = said
  if (option.name === 'uses') return uses === null ? undefined : usesOf(said, uses, folders)
  if (option.type === 'batching') return batchingOf(value as Readonly<Record<string, BatchingValue>>)
  // One port is for all protocols, a list has one for each.
  if (option.type === 'ports' && Array.isArray(value) && value.length === 1) return value[0]
  return PATHS.has(option.name) ? rebased(at, value, folders) : value
}

function batchingOf(value: Readonly<Record<string, BatchingValue>>): Json {
  return Object.fromEntries(
    Object.entries(value).map(([key, { preferredBatchSize, timeout, flushAll }]) => [
      key,
      {
        preferred_batch_size: preferredBatchSize,
        ...(timeout === undefined ? {} : { timeout }),
        ...(flushAll === undefined ? {} : { flush_all: flushAll }),
      },
    ]),
  )
}

/** undefined: nothing need be said. */
function usesOf({ at, value }: OptionValue, uses: UsesPlan, folders: Folders): unknown {
  if (uses.kind === 'image') return uses.written
  if (uses.kind !== 'module') return undefined
  if (isObject(value) && !('kind' in value)) return inline(at, value, folders)
  const relative = (file: string): string => shorten(file, folders)
  if (uses.config !== null) return relative(uses.config)
  const [file = '', ...others] = uses.modules
  // By name, in the files of py_modules.
  if (value === uses.className) return value
  if (typeof value === 'string' && isYamlText(value)) {
    const { value: read } = parseYaml(value, 'uses')
    return inline(at, read as Json, folders)
  }
  if (others.length > 0 && typeof value !== 'string')
    return { jtype: uses.className, py_modules: uses.modules.map(relative) }
  return uses.className === null ? relative(file) : `${relative(file)}#${uses.className}`
}

/** An executor's YAML within the Flow's. */
function inline(at: Given, given: Json, folders: Folders): Json {
  const moved = (key: string, value: unknown): unknown => {
    if (OWN_PATHS.has(key)) return rebased(at, value, folders)
    return key === 'metas' && isObject(value) ? inline(at, value, folders) : value
  }
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, moved(key, value)]))
}

/** One path or several, from where they are written to. */
function rebased(at: Given, value: unknown, folders: Folders): unknown {
  if (Array.isArray(value)) return value.map((one) => rebased(at, one, folders))
  return typeof value === 'string' ? shorten(resolvePath(at, value, { folder: folders.from }), folders) : value
}

/** Whatever is in the folder or beside it is told from there. */
const shorten = (file: string, { to }: Folders): string => path.relative(to, file) || '.'
