/** A Flow's YAML as a plan (Jina facts §5.1); that of a Deployment is a Flow of one. */

import path from 'node:path'
import { isYamlName } from '../config/file-names.ts'
import { fromProgram, type Given, memberOf, membersOf, pathText } from '../config/given.ts'
import { shown } from '../config/option-value.ts'
import { createProblems, type Problems } from '../config/problems.ts'
import { findOption, isOfFront } from '../config/table/options.ts'
import { substitute, type Variables } from '../config/variables.ts'
import * as yaml from '../config/yaml-file.ts'
import type { Problem } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { isObject } from '../objects.ts'
import { type Assembled, assemble, type FlowParts } from './assemble.ts'
import { readEnvFiles } from './env-files.ts'
import type { GatewaySpec, NodeSpec } from './flow-spec.ts'
import type { FlowPlan } from './plan.ts'
import type { Reading } from './reading.ts'

export interface LoadedFlow {
  readonly plan: FlowPlan
  /** What is accepted and does nothing, or is doubtful. */
  readonly warnings: readonly Problem[]
  /** As it is written. */
  readonly written: Written
}

/** What a Flow says, of which the plan is what it means. */
export interface Written extends Omit<Assembled, 'plan'> {
  /** It was written as a Deployment: options of the executor and the gateway stand together. */
  readonly isDeployment: boolean
}

export interface LoadOptions {
  /** Options of the gateway that go before those of the file, as the command line has them. Default: none. */
  readonly over?: Given
  /** The same for every executor. Default: none. */
  readonly overExecutors?: Given
  /** Code is watched: classes that are not there may come yet. Default: false. */
  readonly live?: boolean
  /** Executors of a program behind those of the file. Default: none. */
  readonly added?: readonly NodeSpec[]
  /** Options of the gateway alone that a program gives, behind those of the file. Default: none. */
  readonly gateway?: GatewaySpec | null
  /** As in Reading. */
  readonly classFile?: (className: string) => string | null
  /** Classes that are nowhere to be found are kept by their names, for an export to tell of. Default: false. */
  readonly keepsNames?: boolean
}

const TOP = ['jtype', 'version', 'with', 'gateway', 'executors', 'deployments']
const DEPLOYMENT_TOP = ['jtype', 'version', 'with']
const VERSIONS = ['1', '1.0']

/**
 * Relative paths are relative to the file they stand in. Throws XserveError FILE_NOT_FOUND, and BAD_CONFIG with all that is
 * wrong, each with `file:line:column`.
 */
export function loadFlow(name: string, variables: Variables, options: LoadOptions = {}): LoadedFlow {
  const file = path.resolve(name)
  const raw = yaml.readYaml(file)
  const problems = createProblems()
  if (!isYamlName(file)) problems.add(raw, `${path.basename(file)} is not called .yml or .yaml`)
  return planGiven(raw, process.cwd(), variables, options, problems)
}

/** `raw`: as it is written, variables and all; `folder`: where relative paths begin that stand in no file. */
export function planGiven(
  raw: Given,
  folder: string,
  variables: Variables,
  options: LoadOptions = {},
  problems = createProblems(),
): LoadedFlow {
  const { file } = raw.source
  const { over, overExecutors, added = [] } = options
  const reading: Reading = {
    problems,
    folder,
    files: new Set(file !== null && path.isAbsolute(file) ? [file] : []),
    variables: withEnvFiles(raw, variables),
    checksClasses: !options.live && !options.keepsNames,
    keepsNames: options.keepsNames === true,
    classFile: options.classFile,
  }
  const given = substitute(raw, reading.variables, problems)
  if (!isObject(given.value)) {
    problems.add(given, 'a Flow is described by keys: jtype: Flow, with, executors')
    problems.settle('BAD_CONFIG')
  }
  const ofOne = isDeployment(given.value)
  const parts = ofOne ? deploymentParts(given, problems) : flowParts(given, added.length > 0, problems)
  const executors = [...parts.executors, ...addedTo(parts.executors.length, added)]
  const gateways = options.gateway ? [...parts.gateways, gatewayOf(options.gateway)] : parts.gateways
  const { plan, ...written } = assemble(
    { ...parts, gateways, executors, ...(over ? { over } : {}), ...(overExecutors ? { overExecutors } : {}) },
    reading,
  )
  problems.settle('BAD_CONFIG')
  const whole = ofOne ? { ...plan, gateway: { ...plan.gateway, restart: isRestarted(plan) } } : plan
  return { plan: whole, warnings: problems.warnings, written: { ...written, isDeployment: ofOne } }
}

/** A Deployment's file is that of its executor and of its gateway. */
const isRestarted = ({ gateway, deployments }: FlowPlan): boolean =>
  gateway.restart || deployments.some(({ restart }) => restart)

function gatewayOf(spec: GatewaySpec): Given {
  return memberOf(fromProgram({ gateway: spec }), 'gateway')
}

/** Their numbers go on behind those of the file. */
function addedTo(count: number, nodes: readonly NodeSpec[]): Given[] {
  return nodes.map((value, index) => {
    const own = fromProgram(value)
    const place = ['executors', count + index]
    return { ...own, source: { ...own.source, textOf: (at) => pathText([...place, ...at]) } }
  })
}

/** The environment that the Flow's `env_file` gives variables of the same file. What is wrong with it is told later. */
function withEnvFiles(raw: Given, variables: Variables): Variables {
  const option = findOption('gateway', 'env_file')!
  const silent: Reading = {
    problems: createProblems(),
    variables,
    folder: '',
    files: new Set(),
    checksClasses: false,
  }
  const env = [memberOf(raw, 'with'), memberOf(raw, 'gateway')].map((section) => {
    const { value, ...at } = substitute(memberOf(section, 'env_file'), variables, createProblems())
    const names = [value ?? []].flat().map(String)
    return readEnvFiles({ option, value: names, at: { ...at, value } }, silent)
  })
  return { ...variables, env: { ...variables.env, ...env[0], ...env[1] } }
}

function flowParts(given: Given, isToBeAdded: boolean, problems: Problems): FlowParts {
  checkTop(given, TOP, 'a Flow', problems)
  const jtype = memberOf(given, 'jtype')
  if (jtype.value !== undefined && jtype.value !== 'Flow')
    problems.add(jtype, `${shown(jtype.value)} is no Flow`, 'jtype: Flow')
  checkVersion(given, problems)
  const key = hasKey(given, 'executors') || !hasKey(given, 'deployments') ? 'executors' : 'deployments'
  const list = memberOf(given, key)
  const items = Array.isArray(list.value) ? list.value.map((_, index) => memberOf(list, index)) : []
  if (!Array.isArray(list.value) && !(isToBeAdded && list.value === undefined)) {
    const what = list.value === undefined || list.value === null ? 'the Flow has no' : 'a Flow has a list of'
    problems.add(list, `${what} ${key}`, `${key}: [{name: a, uses: a.ts}]`)
    problems.settle('BAD_CONFIG')
  }
  const executors = items.map((item) => itemOf(item, problems))
  const gateway = section(given, 'gateway', problems)
  return { flow: section(given, 'with', problems), gateways: [gateway], executors, list }
}

/** An item is an object; a name alone is one that passes everything on. */
function itemOf(item: Given, problems: Problems): Given {
  if (isObject(item.value)) return item
  problems.add(item, `an executor is described by keys: name, uses, needs …, not by ${shown(item.value)}`)
  return { ...item, value: {} }
}

function section(given: Given, key: string, problems: Problems): Given {
  const at = memberOf(given, key)
  if (at.value === undefined || at.value === null) return { ...at, value: {} }
  if (isObject(at.value)) return at
  problems.add(at, `${key} holds keys and values, not ${shown(at.value)}`)
  return { ...at, value: {} }
}

/** Options of the executor and of the gateway in front of it stand together: each gets its own. */
function deploymentParts(given: Given, problems: Problems): FlowParts {
  checkTop(given, DEPLOYMENT_TOP, 'a Deployment', problems)
  checkVersion(given, problems)
  const options = section(given, 'with', problems)
  const only = (wanted: boolean): Given => ({
    ...options,
    value: Object.fromEntries(
      membersOf(options).flatMap(([key, { value }]) => (isOfFront(key) === wanted ? [[key, value]] : [])),
    ),
  })
  return { flow: only(true), gateways: [], executors: [only(false)], list: options, name: 'executor' }
}

/** Keys that begin with x- are for anchors, as in Compose files. */
function checkTop(given: Given, known: readonly string[], what: string, problems: Problems): void {
  for (const key of Object.keys(given.value as object)) {
    if (known.includes(key) || key.startsWith('x-')) continue
    const guess = nearest(key, known)
    problems.add(
      memberOf(given, key),
      `${what} has no ${key}`,
      guess === undefined ? `keys: ${known.join(', ')}` : `did you mean ${guess}?`,
    )
  }
}

function checkVersion(given: Given, problems: Problems): void {
  const version = memberOf(given, 'version')
  if (version.value === undefined || version.value === null || VERSIONS.includes(String(version.value))) return
  problems.add(version, `there is no version ${shown(version.value)} of this format`, "version: '1'")
}

const hasKey = (given: Given, key: string): boolean => Object.hasOwn(given.value as object, key)

/** Whether a file describes one executor and its gateway. */
export function isDeployment(value: unknown): boolean {
  return isObject(value) && value.jtype === 'Deployment'
}

/** Whether a file describes a Flow; else it is an executor's. */
export function isFlow(value: unknown): boolean {
  if (!isObject(value)) return false
  return 'executors' in value || value.jtype === 'Flow' || isDeployment(value)
}
