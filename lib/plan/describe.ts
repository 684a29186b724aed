/** What `xserve check` tells of a file: the graph of a Flow and what it is made of, or what an executor's YAML means. */

import path from 'node:path'
import { type Given, memberOf } from '../config/given.ts'
import { createProblems, type Problems } from '../config/problems.ts'
import type { Options } from '../config/read-options.ts'
import { substitute, type Variables } from '../config/variables.ts'
import * as yaml from '../config/yaml-file.ts'
import { asXserveError, type Problem } from '../errors.ts'
import { isObject } from '../objects.ts'
import { graphDescription } from './graph-description.ts'
import { isFlow, type LoadedFlow, loadFlow } from './load.ts'
import type { Reading } from './reading.ts'
import { type ReadUses, readExecutor } from './uses.ts'

export interface Described {
  readonly ok: true
  readonly executors?: readonly { readonly name: string; readonly needs: readonly string[] }[]
  /** Node → those behind it, with Jina's names of the two sides of the gateway. */
  readonly graph?: Readonly<Record<string, readonly string[]>>
  readonly warnings: readonly Problem[]
  readonly resolved?: unknown
}

/** What a class turns out to be when its modules are loaded. */
export interface ClassFacts {
  readonly className: string
  /** Endpoint → method, with those that the configuration binds. */
  readonly requests: Readonly<Record<string, string>>
}

/** Loads the modules away from this process. Rejects with XserveError. */
export type FindClass = (
  modules: readonly string[],
  className: string | null,
  usesRequests: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
) => Promise<ClassFacts>

/** `plain`: any YAML, of which only variables are resolved. Rejects with XserveError FILE_NOT_FOUND, BAD_CONFIG. */
export async function describeFile(
  file: string,
  variables: Variables,
  plain: boolean,
  findClass: FindClass,
): Promise<Described> {
  const raw = yaml.readYaml(file)
  if (plain) return describePlain(raw, variables)
  if (isFlow(raw.value)) return describeFlow(loadFlow(file, variables), findClass)
  return describeExecutor(raw, file, variables, findClass)
}

function describePlain(raw: Given, variables: Variables): Described {
  const problems = createProblems()
  if (!isObject(raw.value)) problems.add(raw, 'keys and values are expected at the top')
  const { value } = substitute(raw, variables, problems)
  problems.settle('BAD_CONFIG')
  return { ok: true, warnings: [], resolved: sayable(value) }
}

async function describeExecutor(
  raw: Given,
  file: string,
  variables: Variables,
  findClass: FindClass,
): Promise<Described> {
  const problems = createProblems()
  const reading: Reading = {
    problems,
    variables,
    folder: path.dirname(file),
    files: new Set([file]),
    checksClasses: true,
  }
  const given = substitute(raw, variables, problems)
  const read = readExecutor(given, [], file, reading)
  const facts = read && problems.found.length === 0 ? await factsOf(read, given, findClass, problems) : null
  problems.settle('BAD_CONFIG')
  const { options } = read!
  const value = (name: string): unknown => options.get(name)?.value
  return {
    ok: true,
    warnings: problems.warnings,
    resolved: sayable({
      class: facts!.className,
      arguments: value('uses_with') ?? {},
      metas: { name: facts!.className, ...(value('uses_metas') as object | undefined) },
      requests: facts!.requests,
      ...(options.has('uses_dynamic_batching')
        ? { dynamic_batching: options.get('uses_dynamic_batching')!.at.value }
        : {}),
      ...(options.has('workspace')
        ? { workspace: path.resolve(path.dirname(file), value('workspace') as string) }
        : {}),
    }),
  }
}

async function factsOf(
  { uses, options }: ReadUses,
  at: Given,
  findClass: FindClass,
  problems: Problems,
): Promise<ClassFacts | null> {
  if (uses.kind !== 'module') return null
  const requests = (options.get('uses_requests')?.value ?? {}) as Readonly<Record<string, string>>
  const env = (options.get('env')?.value ?? {}) as Readonly<Record<string, string>>
  try {
    return await findClass(uses.modules, uses.className, requests, env)
  } catch (thrown) {
    const error = asXserveError(thrown)
    const place = error.code === 'BAD_ENDPOINT' ? options.get('uses_requests')?.at : undefined
    problems.add(place ?? memberOf(at, 'jtype'), error.message, error.details.hint)
    return null
  }
}

/** So many at once: each is a process. */
const FOUND_AT_ONCE = 8

/** With the modules of all its executors loaded, the same ones once. */
async function describeFlow({ plan, warnings, written }: LoadedFlow, findClass: FindClass): Promise<Described> {
  const problems = createProblems()
  const waiting = new Map<string, (typeof written.items)[number][]>()
  for (const item of written.items) {
    const { uses, usesRequests, env } = item.plan
    if (uses.kind !== 'module') continue
    const key = JSON.stringify([uses.modules, uses.className, usesRequests, env])
    waiting.set(key, [...(waiting.get(key) ?? []), item])
  }
  const groups = waiting.values()
  const findNext = async (): Promise<void> => {
    for (const group of groups) {
      const { uses, usesRequests, env } = group[0]!.plan
      if (uses.kind !== 'module') continue
      try {
        await findClass(uses.modules, uses.className, usesRequests, env)
      } catch (thrown) {
        const { message, details } = asXserveError(thrown)
        for (const { at } of group) problems.add(memberOf(at, 'uses'), message, details.hint)
      }
    }
  }
  await Promise.all(Array.from({ length: FOUND_AT_ONCE }, findNext))
  problems.settle('BAD_CONFIG')
  const graph = graphDescription(plan)
  const needs = new Map(plan.graph.nodes.map((node) => [node.name, node.needs]))
  const needsOf = (name: string) => needs.get(name) ?? []
  return {
    ok: true,
    executors: plan.deployments.map(({ name }) => ({ name, needs: needsOf(name) })),
    graph,
    warnings,
    resolved: sayable({
      executors: written.items.map(({ name, options }) => ({
        name,
        ...saidOf(options, ['name', 'needs', 'method']),
        needs: needsOf(name),
      })),
      gateway: {
        ...saidOf(written.front, ['name', 'protocol']),
        protocol: plan.gateway.listeners.map(({ protocol }) => protocol.toUpperCase()),
      },
      names: written.items.map(({ name }) => name),
      graph,
    }),
  }
}

/** What was said other than the default, in its type; objects as they are written. */
function saidOf(options: Options, without: readonly string[]): Record<string, unknown> {
  const said = [...options.values()].filter(
    ({ option, value }) => !without.includes(option.name) && value !== option.preset,
  )
  return Object.fromEntries(
    said.map(({ option, value, at }) => [option.name, option.type === 'map' ? at.value : value]),
  )
}

/** JSON has no words for some numbers of YAML. */
function sayable(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { float: Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' }
  }
  if (Array.isArray(value)) return value.map(sayable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sayable(item)]))
}
