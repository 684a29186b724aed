/** Images and folders for tests on a real engine and a real cluster: made by the program itself, gone at the end. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { VERSION } from '../../lib/flow/version.ts'
import { xserve } from '../helpers/xserve.ts'

/** It says who has answered: a container is called after its host. */
const TELLER = `import { hostname } from 'node:os'
import { type DocumentArray, Executor, requests } from 'xserve'
export default class Teller extends Executor {
  suffix: string
  constructor({ suffix = '' }: { suffix?: string } = {}) { super(); this.suffix = suffix }
  @requests()
  tell({ docs }: { docs: DocumentArray }) {
    const { shardId, shards } = this.runtimeArgs
    for (const doc of docs) doc.text = [hostname(), 'VERSION', process.env.MODE ?? '', shardId + '/' + shards, doc.text + this.suffix].join(' ')
  }
}
`
export const BASE = 'xserve-base:local'
export const PROGRAM = `xserve:${VERSION}`

export interface Told {
  readonly host: string
  readonly version: string
  readonly mode: string
  readonly shard: string
  readonly text: string
}

export function toldBy(text: string | undefined): Told {
  const [host = '', version = '', mode = '', shard = '', ...rest] = (text ?? '').split(' ')
  return { host, version, mode, shard, text: rest.join(' ') }
}

export interface Place extends Disposable {
  readonly folder: string
  write(name: string, text: string): string
}

export function place(): Place {
  const folder = mkdtempSync(path.join(tmpdir(), 'xserve-cluster-'))
  return {
    folder,
    write(name, text) {
      const file = path.join(folder, name)
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, text)
      return file
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Images of the program, and of the same executor twice: `teller:one`, `teller:two`. */
export async function buildImages(at: Place): Promise<readonly string[]> {
  await mustRun(['build', 'gateway', '--base', BASE])
  const tags = ['one', 'two'].map((version) => `xserve-test-teller:${version}`)
  for (const tag of tags) {
    const version = tag.split(':')[1]!
    const file = at.write(`${version}/teller.ts`, TELLER.replace('VERSION', version))
    await mustRun(['build', file, '--tag', tag, '--base', BASE])
  }
  return [PROGRAM, ...tags]
}

/** The program; throws with what it said when it fails. */
export async function mustRun(args: readonly string[], cwd?: string): Promise<string> {
  const { code, stdout, stderr } = await xserve(args, { timeoutMs: 120_000, ...(cwd ? { cwd } : {}) })
  if (code !== 0) throw new Error(`xserve ${args.join(' ')} ended with ${code}:\n${stderr}${stdout}`)
  return stdout
}

/** Another program; throws with what it said when it fails. */
export async function sh(...words: string[]): Promise<string> {
  const child = Bun.spawn(words, { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}:\n${err}${out}`)
  return out
}
