/** The README is true: its commands run, its programs print what it says they print, its table is the catalogue of errors. */

import { afterAll, describe, expect, test } from 'bun:test'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ERRORS } from '../lib/errors.ts'
import { freePort } from './helpers/free-port.ts'
import { COMMAND } from './helpers/xserve.ts'

const ROOT = join(import.meta.dir, '..')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
/** The port of the README's examples; a free one takes its place. */
const WRITTEN_PORT = '54321'
const READY_MS = 15_000
/** A command that takes longer hangs. */
const COMMAND_MS = 15_000

interface Block {
  readonly language: string
  readonly text: string
  readonly line: number
}

const blocks: Block[] = [...README.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((found) => ({
  language: found[1]!,
  text: found[2]!,
  line: README.slice(0, found.index).split('\n').length,
}))

const folder = mkdtempSync(join(tmpdir(), 'xserve-readme-'))
const servers: Bun.Subprocess[] = []
const port = `${freePort()}`

/** `xserve` and `bun` as a user has them: on PATH; the SDK as a package of the folder, for programs outside the executable. */
function prepare(): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const quoted = COMMAND.map((word) => `'${word}'`).join(' ')
  writeFileSync(join(bin, 'xserve'), `#!/bin/sh\nexec ${quoted} "$@"\n`)
  chmodSync(join(bin, 'xserve'), 0o755)
  symlinkSync(process.execPath, join(bin, 'bun'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules', 'xserve'))
  return bin
}

const env = { ...process.env, NO_COLOR: '1', PATH: `${prepare()}${delimiter}${process.env.PATH}` }
const adapted = (text: string) => text.replaceAll(WRITTEN_PORT, port)

async function runShell(script: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = Bun.spawn(['sh', '-e', '-c', adapted(script)], {
    cwd: folder,
    env,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: COMMAND_MS,
  })
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, stdout, stderr }
}

/** Starts what runs until it is stopped; the file with its address appears when it is ready. */
async function startServer(command: string): Promise<void> {
  const portFile = join(folder, `ready-${servers.length}`)
  const words = `exec ${adapted(command.trim())} --port-file ${portFile}`
  const server = Bun.spawn(['sh', '-c', words], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] })
  servers.push(server)
  const began = performance.now()
  while (!existsSync(portFile) && server.exitCode === null && performance.now() - began < READY_MS) await Bun.sleep(5)
  if (!existsSync(portFile)) throw new Error(`not ready: ${words}\n${await new Response(server.stderr).text()}`)
}

/** A shown output as a pattern: … stands for anything on its line. */
function patternOf(shown: string): RegExp {
  const escaped = shown.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('…', '.*')}$`)
}

afterAll(async () => {
  for (const server of servers) server.kill('SIGTERM')
  await Promise.all(servers.map((server) => server.exited))
  rmSync(folder, { recursive: true, force: true })
})

describe('blocks of the README', () => {
  test('are there, and of a kind that is tested', () => {
    expect(blocks.length).toBeGreaterThan(5)
    expect(blocks.filter(({ language }) => !['sh', 'ts', 'text'].includes(language))).toEqual([])
  })

  // In the order of the README: files come before the commands that use them, servers before those who call them.
  blocks.forEach(({ language, text, line }, index) => {
    const next = blocks[index + 1]
    const shown = next?.language === 'text' ? next.text : undefined
    if (language === 'ts') {
      test(`line ${line}: a file, named in its first line`, () => {
        const name = /^\/\/ (\S+\.ts)$/m.exec(text.split('\n')[0]!)?.[1]
        expect(name).toBeDefined()
        writeFileSync(join(folder, name!), adapted(text))
      })
    } else if (language === 'sh' && /^make /.test(text)) {
      test(`line ${line}: targets of the Makefile`, () => {
        const targets = [...text.matchAll(/^make (\S+)/gm)].map((found) => found[1]!)
        const makefile = readFileSync(join(ROOT, 'Makefile'), 'utf8')
        expect(targets.filter((target) => !new RegExp(`^${target}:`, 'm').test(makefile))).toEqual([])
      })
    } else if (language === 'sh' && /^xserve (run|executor)\b/.test(text)) {
      test(`line ${line}: a server that becomes ready`, () => startServer(text))
    } else if (language === 'sh') {
      test(`line ${line}: commands that succeed${shown ? ' and print what is shown' : ''}`, async () => {
        const { code, stdout, stderr } = await runShell(text)
        expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
        if (shown !== undefined) expect(stdout.trim()).toMatch(patternOf(shown))
      })
    }
  })
})

describe('the README', () => {
  test('is short', () => {
    // The table of errors is for looking up, not for reading.
    const read = README.trimEnd()
      .split('\n')
      .filter((line) => !/^\| [A-Z_]+ \| \d/.test(line))
    expect(read.length).toBeLessThanOrEqual(195)
  })

  test('lists the catalogue of errors, all of it and nothing else', () => {
    const rows = [...README.matchAll(/^\| ([A-Z][A-Z_]+) \| (\d+) \| (\d+) \| .+ \|$/gm)]
    const listed = rows.map(([, code, grpc, exit]) => [code, Number(grpc), Number(exit)])
    const known = Object.entries(ERRORS).map(([code, { grpc, exit }]) => [code, grpc, exit])
    expect(listed.sort()).toEqual(known.sort())
  })

  test.each(['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md'])('%s names only files that are there', (name) => {
    const text = readFileSync(join(ROOT, name), 'utf8')
    const linked = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map((found) => found[1]!)
    const written = [...text.matchAll(/`((?:lib|tests|proto|fixtures|\.ci)\/[\w./-]*)`/g)].map((found) => found[1]!)
    expect([...linked, ...written].filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  test('ARCHITECTURE.md shows the folders that are there', () => {
    const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')
    const tree = [...text.matchAll(/^(lib\/\S+|proto\/|fixtures\/|tests\/|cli\.ts) /gm)].map((found) => found[1]!)
    expect(tree.length).toBeGreaterThan(10)
    expect(tree.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })
})
