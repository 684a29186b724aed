/** A deployment with real workers: what becomes of calls when they are stopped and exchanged. */
import { expect, test } from 'bun:test'
import { createDeployment, type Deployment, type DeploymentSpec } from '../../lib/deployment/deployment.ts'
import { createLogger } from '../../lib/log.ts'
import { type CallContext, detachedContext } from '../../lib/wire/call.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import { type Plain, requestBytes } from '../helpers/grpc.ts'
import { versionSource } from '../helpers/live.ts'
import { COMMAND, fixture, temporaryFolder } from '../helpers/xserve.ts'
import { decode } from '../wire/oracle.ts'

const specOf = (file: string, replicas = 1): DeploymentSpec => ({
  polling: () => 'any',
  worker: {
    file,
    className: null,
    env: {},
    timeoutReadyMs: 10_000,
    start: {
      name: 'a',
      pod: 'a',
      shardId: 0,
      shards: 1,
      replicas,
      replicaId: 0,
      workspace: null,
      usesWith: {},
      usesMetas: {},
      usesRequests: {},
    },
  },
})

interface Running extends AsyncDisposable {
  readonly deployment: Deployment
}

async function start(replicas = 1): Promise<Running> {
  const folder = temporaryFolder({ 'versions.ts': versionSource(0) })
  const file = `${folder.path}/versions.ts`
  const deployment = createDeployment(specOf(file, replicas), {
    command: COMMAND,
    log: createLogger('test', { write: () => {} }),
    stdout: () => {},
    stderr: () => {},
  })
  await deployment.start()
  return {
    deployment,
    async [Symbol.asyncDispose]() {
      await deployment.stop(1000)
      folder[Symbol.dispose]()
    },
  }
}

const call = async (
  { deployment }: Running,
  docs: Parameters<typeof requestBytes>[1] = [{ id: 'a' }],
  context: CallContext = detachedContext(),
) => {
  const answer = await deployment.call(Envelope.parse(requestBytes('/', docs)), context)
  const { data } = decode('jina.DataRequestProto', answer.encode()) as unknown as Plain
  return (data?.docs?.docs ?? []).map(({ text }) => text)
}

/** A hundred times what one frame takes. */
const LARGE = Array.from({ length: 20 }, (_, i) => ({
  id: `${i}`,
  tags: { fields: { text: { string_value: 'x'.repeat(1_000_000) } } },
}))

test('a request of many frames is answered although its worker is told to end before the last of them', async () => {
  await using running = await start()
  const large = call(running, LARGE)
  const stopped = running.deployment.stop(10_000)
  expect(await large).toEqual(LARGE.map(() => 'version 0'))
  await stopped
})

test('a stream that is opened while the worker is exchanged is answered in whole', async () => {
  await using running = await start()
  for (let version = 1; version <= 5; version++) {
    await Bun.write(running.deployment.modules[0]!, versionSource(version))
    const replaced = running.deployment.replace(null, 5000)
    const read = async (): Promise<number> => {
      let frames = 0
      const request = Envelope.parse(requestBytes('/tokens', [{ id: 'a' }]))
      for await (const answer of running.deployment.stream(request, detachedContext())) {
        if (answer.isError) throw new Error('failed')
        frames++
      }
      return frames
    }
    let isOver = false
    void replaced.finally(() => {
      isOver = true
    })
    while (!isOver) expect(await Promise.all([read(), read(), read()])).toEqual([3, 3, 3])
    await replaced
    expect(await call(running)).toEqual([`version ${version}`])
  }
})

test('replace() asked for again takes the newest, for both callers; one that fails leaves what was', async () => {
  await using running = await start(2)
  const { deployment } = running
  await Bun.write(deployment.modules[0]!, versionSource(1, '  async init() { await new Promise(() => {}) }'))
  const first = deployment.replace(null, 5000)
  await Bun.write(deployment.modules[0]!, versionSource(2))
  await Promise.all([first, deployment.replace(null, 5000)])
  for (let i = 0; i < 4; i++) expect(await call(running)).toEqual(['version 2'])
  await Bun.write(deployment.modules[0]!, 'export default class {')
  await expect(deployment.replace(null, 5000)).rejects.toMatchObject({ code: 'MODULE_FAILED' })
  for (let i = 0; i < 4; i++) expect(await call(running)).toEqual(['version 2'])
})

test('an exchange for another specification holds for those after it, one that fails does not', async () => {
  await using running = await start()
  const { deployment } = running
  const [file] = deployment.modules
  using other = temporaryFolder({ 'other.ts': versionSource(7) })
  await deployment.replace(specOf(`${other.path}/other.ts`).worker, 5000)
  expect(await call(running)).toEqual(['version 7'])
  await expect(deployment.replace(specOf(`${other.path}/nowhere.ts`).worker, 5000)).rejects.toThrow()
  await Bun.write(file!, versionSource(1))
  await deployment.replace(null, 5000)
  expect(await call(running)).toEqual(['version 7'])
})

/** A call that can be given up. */
function impatient(): { readonly context: CallContext; giveUp(): void } {
  const controller = new AbortController()
  const { signal } = controller
  const onCancel = (listener: () => void) => signal.addEventListener('abort', listener)
  const context = { ...detachedContext(), signal, onCancel }
  return { context, giveUp: () => controller.abort() }
}

test('a worker that stands still loses the calls that it has, and is given no others before it moves', async () => {
  await using running = await start(2)
  const [stopped] = running.deployment.pods
  process.kill(stopped!.pid, 'SIGSTOP')
  try {
    // One for each; the other one's answer is waited for.
    const both = [impatient(), impatient()]
    const answers = both.map(({ context }) => call(running, undefined, context))
    for (const answer of answers) answer.catch(() => {})
    expect(await Promise.race(answers)).toEqual(['version 0'])
    for (const one of both) one.giveUp()
    expect((await Promise.allSettled(answers)).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    for (let i = 0; i < 20; i++) expect(await call(running)).toEqual(['version 0'])
  } finally {
    process.kill(stopped!.pid, 'SIGCONT')
  }
})

test('a worker that others kill while it finishes its calls tells those so, not that it was stopped', async () => {
  const deployment = createDeployment(specOf(fixture('trouble.ts')), {
    command: COMMAND,
    log: createLogger('test', { write: () => {} }),
    stdout: () => {},
    stderr: () => {},
  })
  await deployment.start()
  const never = deployment.call(Envelope.parse(requestBytes('/never', [{ id: 'a' }])), detachedContext())
  const { pid } = deployment.pods[0]!
  const stopped = deployment.stop(10_000)
  process.kill(pid, 'SIGKILL')
  await expect(never).rejects.toMatchObject({ code: 'WORKER_DIED', message: expect.stringContaining('SIGKILL') })
  await stopped
})
