/** The program as a user meets it: arguments and stdin in; stdout, stderr and exit code out; or started until ready. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const ROOT = path.join(import.meta.dir, '../..')

/** The compiled binary when XSERVE_BINARY names it (make test does), else the sources. */
export const COMMAND: readonly string[] = process.env.XSERVE_BINARY
  ? [path.resolve(ROOT, process.env.XSERVE_BINARY)]
  : [process.execPath, path.join(ROOT, 'cli.ts')]

export const FIXTURES = path.join(ROOT, 'fixtures')
export const fixture = (name: string): string => path.join(FIXTURES, 'executors', name)
export const broken = (name: string): string => path.join(FIXTURES, 'broken', name)

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly stdin?: string | Blob
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Ends a program that does not end: the test then fails on the code null. */
  readonly timeoutMs?: number
  /** Sends SIGTERM once this has appeared on stderr. */
  readonly stopWhen?: string
}

const environment = (more: Readonly<Record<string, string>> = {}) => ({
  ...process.env,
  NO_COLOR: '1',
  JINA_LOG_LEVEL: 'info',
  ...more,
})

/** Runs a command to its end. */
export async function xserve(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = Bun.spawn([...COMMAND, ...args], {
    stdin:
      options.stdin === undefined
        ? 'ignore'
        : typeof options.stdin === 'string'
          ? new Blob([options.stdin])
          : options.stdin,
    stdout: 'pipe',
    stderr: 'pipe',
    env: environment(options.env),
    cwd: options.cwd ?? ROOT,
    timeout: options.timeoutMs ?? 20_000,
    killSignal: 'SIGKILL',
  })
  const { stopWhen } = options
  const err: Watched = { text: '', waiting: new Set() }
  err.waiting.add(() => {
    if (stopWhen !== undefined && err.text.includes(stopWhen)) child.kill('SIGTERM')
  })
  const [stdout] = await Promise.all([new Response(child.stdout).text(), collect(child.stderr, err)])
  await child.exited
  return { code: child.exitCode, stdout, stderr: err.text }
}

export interface Server extends AsyncDisposable {
  readonly pid: number
  /** HOST:PORT of gRPC, without a scheme; '' when it is not served. */
  readonly address: string
  /** Of gRPC; NaN when it is not served. */
  readonly port: number
  /** `http://HOST:PORT` or `https://…`; '' when it is not served. */
  readonly http: string
  /** `ws://HOST:PORT` or `wss://…`; '' when it is not served. */
  readonly websocket: string
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves when the text has appeared on stdout or stderr. */
  seen(text: string | RegExp): Promise<void>
  signal(name: NodeJS.Signals): void
  readonly exited: Promise<number | null>
  /** SIGTERM, then the exit code. */
  stop(): Promise<number | null>
}

interface Watched {
  text: string
  readonly waiting: Set<() => void>
}

async function collect(stream: ReadableStream<Uint8Array>, into: Watched): Promise<void> {
  const decoder = new TextDecoder()
  for await (const chunk of stream) {
    into.text += decoder.decode(chunk, { stream: true })
    for (const wake of into.waiting) wake()
  }
  for (const wake of into.waiting) wake()
}

/** What stands behind a label of the banner. */
const told = (banner: string, label: string): string =>
  new RegExp(`^ {2}${label} +(\\S+:\\d+)`, 'm').exec(banner)?.[1] ?? ''

/** Starts a command that serves, on free ports unless they are given; resolves when the banner tells the addresses, rejects when it ends before. */
export async function startServer(
  command: 'run' | 'executor' | 'gateway' | 'flow' | 'script',
  args: readonly string[],
  options: RunOptions = {},
): Promise<Server> {
  const child = Bun.spawn(
    [
      ...COMMAND,
      command,
      ...args,
      ...(args.includes('--port') || command === 'script' || command === 'flow' ? [] : ['--port', '0']),
    ],
    {
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      env: environment(options.env),
      cwd: options.cwd ?? ROOT,
    },
  )
  const out: Watched = { text: '', waiting: new Set() }
  const err: Watched = { text: '', waiting: new Set() }
  let ended = false
  const done = Promise.all([collect(child.stdout, out), collect(child.stderr, err)]).then(() => {
    ended = true
    for (const wake of [...out.waiting, ...err.waiting]) wake()
  })
  const seen = async (text: string | RegExp): Promise<void> => {
    const there = () =>
      [out.text, err.text].some((all) => (typeof text === 'string' ? all.includes(text) : text.test(all)))
    while (!there()) {
      if (ended) throw new Error(`it ended without ${text}:\n${err.text}${out.text}`)
      await new Promise<void>((resolve) => {
        const wake = () => {
          out.waiting.delete(wake)
          err.waiting.delete(wake)
          resolve()
        }
        out.waiting.add(wake)
        err.waiting.add(wake)
        if (ended) wake()
      })
    }
  }
  // Its last line: all addresses are there; or the line for machines.
  await seen(/^ {2}endpoints .*\n|"event":"ready".*\n/m)
  const address = told(err.text, 'gRPC').replace(/^grpcs:\/\//, '')
  let signalled = false
  const stop = async (): Promise<number | null> => {
    // A second signal would mean: at once.
    if (child.exitCode === null && !signalled) child.kill('SIGTERM')
    signalled = true
    await child.exited
    await done
    return child.exitCode
  }
  return {
    pid: child.pid,
    address,
    port: Number.parseInt(address.split(':').at(-1)!, 10),
    http: told(err.text, 'HTTP'),
    websocket: told(err.text, 'WebSocket'),
    stdout: () => out.text,
    stderr: () => err.text,
    seen,
    signal(name) {
      signalled = true
      child.kill(name)
    },
    exited: child.exited.then(() => child.exitCode),
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
    },
  }
}

/** A folder that goes with the test, holding the files given. */
export function temporaryFolder(files: Readonly<Record<string, string>> = {}): Disposable & { readonly path: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'xserve-test-'))
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return { path: folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}
