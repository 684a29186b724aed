/** A folder with an executor that is edited while it is served. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Caller, texts } from './grpc.ts'
import { childrenOf } from './processes.ts'
import { until } from './until.ts'
import { type Server, startServer, temporaryFolder } from './xserve.ts'

/** Tells its version from each of its endpoints; `more` goes into the class. */
export const versionSource = (version: number, more = ''): string => `import { Executor, requests } from 'xserve'

export default class Versions extends Executor {
  @requests()
  tell({ docs }) {
    for (const doc of docs) doc.text = 'version ${version}'
  }

  @requests({ on: '/slow' })
  async slow({ docs, parameters }) {
    await Bun.sleep(parameters.ms)
    for (const doc of docs) doc.text = 'version ${version}'
  }

  @requests({ on: '/tokens' })
  async *tokens({ doc }) {
    for (let i = 0; i < 3; i++) {
      yield 'version ${version}'
      await null
    }
  }

  close() {
    console.log('closed version ${version} after ' + Math.round(performance.now()) + ' ms')
  }
${more}
}
`

export interface LiveProject extends AsyncDisposable {
  readonly folder: string
  readonly file: string
  readonly server: Server
  save(version: number, more?: string): void
  write(name: string, text: string): void
}

export const ALL_PROTOCOLS = ['--protocol', 'grpc,http,websocket', '--port', '0,0,0'] as const

/** Serves version 0 with --reload. */
export async function liveProject(
  args: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
  command: 'run' | 'executor' = 'run',
): Promise<LiveProject> {
  const { path: folder, [Symbol.dispose]: remove } = temporaryFolder({ 'versions.ts': versionSource(0), ...files })
  const file = path.join(folder, 'versions.ts')
  const server = await startServer(command, [file, '--reload', ...args])
  const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text)
  return {
    folder,
    file,
    server,
    write,
    save: (version, more) => writeFileSync(file, versionSource(version, more)),
    async [Symbol.asyncDispose]() {
      await server.stop()
      remove()
    },
  }
}

/** The first text that the executor answers with. */
export const answer = async (call: Caller): Promise<string | undefined> => texts(await call.post('/', [{ id: 'a' }]))[0]

/** Asks until the answer is there; it is to be there without any further save. */
export const serves = (call: Caller, text: string): Promise<void> => until(async () => (await answer(call)) === text)

/** Processes that the server has started and that have not ended. */
export const workersOf = (server: Server): number[] => childrenOf(server.pid)
