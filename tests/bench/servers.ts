/** The two servers that are compared, as processes: the compiled binary with its worker, and a bare echo. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { childrenOf } from './machine.ts'

export const BINARY = process.env.XSERVE_BINARY ?? 'dist/xserve'
export const EXECUTOR = 'fixtures/executors/bench.ts'
const BUILT = 'dist/bench'

/** Same flags as the binary, so that a comparison compares programs and not ways of building them. */
export function compile(name: string): string {
  mkdirSync(BUILT, { recursive: true })
  const out = join(BUILT, name)
  const source = join(import.meta.dir, `${name}.ts`)
  const built = Bun.spawnSync([
    process.execPath,
    'build',
    '--compile',
    '--bytecode',
    '--format=esm',
    source,
    '--outfile',
    out,
  ])
  if (built.exitCode !== 0) throw new Error(`${source} does not compile:\n${built.stderr}`)
  return out
}

export interface Served {
  readonly address: string
  /** The same over HTTP; '' when it speaks none. */
  readonly http: string
  readonly pid: number
  /** The worker; 0 when there is none. */
  readonly worker: number
  /** From spawn to ready. */
  readonly readyMs: number
  stop(): Promise<void>
}

const PROTOCOLS = ['--protocol', 'grpc,http', '--port', '0,0'] as const

/** Ready is when the port file is there: it is written then and not before. */
export async function serveBinary(): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'xserve-bench-'))
  const portFile = join(folder, 'port')
  const began = performance.now()
  const child = Bun.spawn([BINARY, 'run', EXECUTOR, ...PROTOCOLS, '--port-file', portFile, '--quiet'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  while (!existsSync(portFile)) {
    if (child.exitCode !== null) throw new Error(`${BINARY} run ended with ${child.exitCode}`)
    if (performance.now() - began > 15_000) throw new Error(`${BINARY} run was not ready within 15 s`)
    await Bun.sleep(0.5)
  }
  const readyMs = performance.now() - began
  const [address, http] = readFileSync(portFile, 'utf8').split('\n')
  return {
    address: address!,
    http: http!,
    pid: child.pid,
    worker: childrenOf(child.pid)[0] ?? 0,
    readyMs,
    stop: async () => {
      child.kill('SIGTERM')
      await child.exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Our HTTP/2 front alone. */
export const serveFront = (): Promise<Served> => serveProgram('front-echo')

/** The echo in Go; null where there is no Go to build it. */
export async function serveGo(): Promise<Served | null> {
  if (Bun.which('go') === null) return null
  mkdirSync(BUILT, { recursive: true })
  const out = resolve(BUILT, 'go-echo')
  const folder = join(import.meta.dir, 'go-echo')
  const built = Bun.spawnSync(['go', 'build', '-o', out, '.'], { cwd: folder })
  if (built.exitCode !== 0) throw new Error(`${folder} does not compile:\n${built.stderr}`)
  return serveFile([out])
}

/** The echo on the C core, in Python; null where `make interop` has not installed it. */
export async function serveCore(): Promise<Served | null> {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const python = join(cache, 'xserve-interop/v1/bin/python')
  return existsSync(python) ? serveFile([python, join(import.meta.dir, 'core_echo.py')]) : null
}

export const serveEcho = (): Promise<Served> => serveProgram('echo-server')
export const serveJsonEcho = (): Promise<Served> => serveProgram('json-echo')
export const serveRelay = (): Promise<Served> => serveProgram('relay')

/** A program of ours that prints its address once it listens. */
const serveProgram = (name: string): Promise<Served> => serveFile([compile(name)])

async function serveFile(command: readonly string[]): Promise<Served> {
  const began = performance.now()
  const child = Bun.spawn([...command], { stdio: ['ignore', 'pipe', 'inherit'] })
  const { value } = await child.stdout.getReader().read()
  const address = new TextDecoder().decode(value).trim()
  return {
    address,
    http: address,
    pid: child.pid,
    worker: childrenOf(child.pid)[0] ?? 0,
    readyMs: performance.now() - began,
    stop: async () => {
      child.kill('SIGKILL')
      await child.exited
    },
  }
}
