/** What an image is built from, in one folder: Dockerfile, this program, the project of the executor and its description. */

import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { unwritable } from '../../config/unwritable.ts'
import { XserveError } from '../../errors.ts'
import type { DeploymentPlan } from '../../plan/plan.ts'
import { batchingOf } from '../executor-arguments.ts'
import { USER_ID } from '../images.ts'
import { WORKSPACE } from '../workloads.ts'
import { toYaml } from '../yaml.ts'
import { copySources, projectOf } from './sources.ts'

export interface ContextOptions {
  /** Folder to write, absolute: a new or empty one, or one written by this before. */
  readonly folder: string
  /** Image to begin with: glibc and libstdc++ are all that it must have. */
  readonly base: string
  /** This program, compiled for Linux. */
  readonly binary: string
}

export interface WrittenContext {
  /** Of the executor's sources and the way it is made; empty for an image of the program alone. */
  readonly hash: string
  readonly files: number
}

/** Has the libraries, and certificates of authorities are not asked for at the start. */
export const DEFAULT_BASE = 'debian:12-slim'

const USER = `${USER_ID}:${USER_ID}`
const PORT = 8080
const MARK = '# Written by xserve export dockerfile'

/** `plan`: the executor; null = the program alone, which is the image of gateways. Throws XserveError BAD_ARGUMENT. */
export function writeContext(plan: DeploymentPlan | null, options: ContextOptions): WrittenContext {
  const { folder, base, binary } = options
  refuseForeign(folder)
  try {
    if (existsSync(folder)) rmSync(folder, { recursive: true })
    mkdirSync(path.join(folder, 'bin'), { recursive: true })
    // Beside .dockerignore nothing of this folder is left out.
    writeFileSync(path.join(folder, '.dockerignore'), '')
    copyFileSync(binary, path.join(folder, 'bin/xserve'))
    chmodSync(path.join(folder, 'bin/xserve'), 0o755)
    // Exports call programs of either kind by this name.
    symlinkSync('xserve', path.join(folder, 'bin/jina'))
    if (plan === null) {
      writeFileSync(path.join(folder, 'Dockerfile'), dockerfile(base, null))
      return { hash: '', files: 0 }
    }
    return writeExecutor(plan, options)
  } catch (error) {
    if (error instanceof XserveError) throw error
    throw unwritable(folder, error)
  }
}

function writeExecutor(plan: DeploymentPlan, { folder, base }: ContextOptions): WrittenContext {
  const { uses } = plan
  const main = uses.kind === 'module' ? uses.modules[0] : undefined
  if (uses.kind !== 'module' || main === undefined) {
    throw new XserveError('BAD_ARGUMENT', `${plan.name} is no module: there is nothing to make an image of`)
  }
  mkdirSync(path.join(folder, 'kept', WORKSPACE), { recursive: true })
  const project = projectOf(main)
  const outside = uses.modules.find((module) => path.relative(project, module).startsWith('..'))
  if (outside !== undefined) {
    throw new XserveError('BAD_ARGUMENT', `${outside} is not in the project ${project}`, {
      hint: 'a package.json in a folder above both makes one project of them',
    })
  }
  const copy = path.join(folder, 'executor')
  const place = path.relative(project, path.dirname(uses.config ?? main))
  const copied = copySources(project, copy, folder)
  const description = path.join(copy, place, 'config.yml')
  const text = toYaml([describe(plan, uses, path.dirname(uses.config ?? main))])
  const own = uses.config !== null && path.basename(uses.config) === 'config.yml'
  if (!own) {
    if (existsSync(description)) {
      throw new XserveError(
        'BAD_ARGUMENT',
        `${path.join(project, place, 'config.yml')} is there, and describes the executor in its image`,
        {
          hint: `give that file instead of ${path.basename(main)}, or give it another name`,
        },
      )
    }
    writeFileSync(description, text)
  }
  const recipe = dockerfile(base, place)
  writeFileSync(path.join(folder, 'Dockerfile'), recipe)
  return { ...copied, hash: createHash('sha256').update(`${copied.hash}\0${text}\0${recipe}`).digest('hex') }
}

/** The executor's YAML as it is given to the program in the image. */
function describe(plan: DeploymentPlan, uses: DeploymentPlan['uses'] & { kind: 'module' }, from: string): object {
  const some = (key: string, value: object) => (Object.keys(value).length > 0 ? { [key]: value } : {})
  return {
    jtype: uses.className ?? 'default',
    py_modules: uses.modules.map((module) => path.relative(from, module)),
    ...some('with', plan.usesWith),
    ...some('metas', plan.usesMetas),
    ...some('requests', plan.usesRequests),
    ...some('dynamic_batching', batchingOf(plan)),
  }
}

/** Nothing is run while it is built, so that the image needs no shell. */
function dockerfile(base: string, place: string | null): string {
  const words = (...all: string[]) => JSON.stringify(all)
  return [
    `${MARK}: build it with docker build FOLDER.`,
    `FROM ${base}`,
    'COPY bin/ /usr/local/bin/',
    ...(place === null
      ? []
      : [
          '# Volumes that are mounted there become those of the user.',
          `COPY --chown=${USER} kept/ /`,
          '# Not in /app: Jina mounts a folder of its own there.',
          'COPY executor/ /executor/',
          `WORKDIR ${path.posix.join('/executor', place)}`,
        ]),
    '# What executors keep without being told where, they keep where everybody may write.',
    'ENV HOME=/tmp',
    `USER ${USER}`,
    ...(place === null
      ? [`ENTRYPOINT ${words('xserve')}`]
      : [
          `EXPOSE ${PORT}`,
          `ENTRYPOINT ${words('xserve', 'executor', '--uses', 'config.yml')}`,
          `CMD ${words('--port', String(PORT))}`,
        ]),
    '',
  ].join('\n')
}

function refuseForeign(folder: string): void {
  if (!existsSync(folder)) return
  const file = path.join(folder, 'Dockerfile')
  const isOurs =
    existsSync(file) && readFileSync(file, 'utf8').startsWith(MARK) && existsSync(path.join(folder, 'bin/jina'))
  if (isOurs || readdirSync(folder).length === 0) return
  throw new XserveError('BAD_ARGUMENT', `${folder} is not empty, and was not written by an export`, {
    hint: 'name a new folder: it is written anew each time, with copies of the sources',
  })
}
