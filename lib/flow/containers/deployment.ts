/** An executor in containers of this machine: shards and replicas as exports make them, reached as executors elsewhere are. */
import type { Deployment } from '../../deployment/deployment.ts'
import type { Together } from '../../deployment/poll-all.ts'
import { remoteDeployment } from '../../deployment/remote.ts'
import type { WorkerProcessOptions } from '../../deployment/worker-process.ts'
import { asXserveError, XserveError } from '../../errors.ts'
import { gpusOf, volumesOf } from '../../export/container-options.ts'
import { commandOf, executorArguments } from '../../export/executor-arguments.ts'
import type { Image } from '../../export/images.ts'
import type { DeploymentPlan } from '../../plan/plan.ts'
import { timerMs } from '../../within.ts'
import { type Container, type ContainerSpec, runContainer } from './container.ts'
import { findEngine } from './engine.ts'

/** In the container, where nothing else listens. */
const PORT = 8081
/** Delays before a container that ended is started again, doubling up to the cap. */
const FIRST_DELAY_MS = 200
const MAX_DELAY_MS = 10_000
/** So long a stopped one may take when calls have used up all the time. */
const LEAST_GRACE_MS = 1000

/** `merging`: what becomes of the documents of several shards. Throws XserveError BAD_ARGUMENT when this machine has no container engine, BAD_CONFIG for volumes and GPUs that are none. */
export function containerDeployment(
  plan: DeploymentPlan & { readonly uses: { readonly kind: 'image' } },
  options: WorkerProcessOptions,
  merging: Together,
): Deployment {
  const engine = findEngine(`${plan.name}: ${plan.uses.written}`)
  const log = options.log.named(plan.name)
  const specs = specsOf(plan, engine)
  let stopping = false
  const running = new Set<Container>()
  const first = Promise.withResolvers<never>()
  first.promise.catch(() => {})

  /** Keeps one place filled until the end. Its port stays, so that whoever calls it need not be told. */
  const keep = async (spec: ContainerSpec): Promise<void> => {
    for (let delay = FIRST_DELAY_MS; !stopping; delay = Math.min(MAX_DELAY_MS, delay * 2)) {
      const began = performance.now()
      const container = runContainer(spec, options)
      running.add(container)
      const reason = await container.ended
      running.delete(container)
      if (stopping) return
      if (!isReady) return first.reject(new XserveError('START_FAILED', reason.message, reason.details))
      log.error(`${reason.message}; it is started again in ${delay} ms`)
      if (performance.now() - began > MAX_DELAY_MS) delay = FIRST_DELAY_MS / 2
      await Bun.sleep(delay)
    }
  }
  let isReady = false
  let inner: Deployment | null = null
  const connected = (): Deployment => {
    if (inner !== null) return inner
    throw new XserveError('UNAVAILABLE', `${plan.name} has not been started`, { where: plan.name })
  }

  return {
    name: plan.name,
    async start() {
      for (const { spec } of specs) void keep(spec)
      const addresses = specs.map(({ spec, shard }) => ({
        host: '127.0.0.1',
        port: spec.ports.host,
        tls: false,
        shard,
      }))
      inner = remoteDeployment({ ...plan, addresses }, options, merging)
      const late = Promise.withResolvers<never>()
      const { timeoutReadyMs: ms } = plan
      const text = `${plan.name} was not ready after ${ms} ms`
      const timer =
        ms < 0
          ? undefined
          : setTimeout(() => late.reject(new XserveError('START_TIMEOUT', text, { where: plan.name })), timerMs(ms))
      try {
        await Promise.race([inner.start(), first.promise, late.promise])
        isReady = true
      } finally {
        clearTimeout(timer)
      }
    },
    call: (request, context) => connected().call(request, context),
    stream: (request, context) => connected().stream(request, context),
    get className() {
      return plan.uses.image
    },
    get endpoints() {
      return inner?.endpoints ?? []
    },
    get streams() {
      return inner?.streams ?? []
    },
    get schemas() {
      return inner?.schemas ?? {}
    },
    has: (endpoint) => inner?.has(endpoint) ?? true,
    modules: [],
    pods: [],
    get isServing() {
      return inner?.isServing ?? false
    },
    get failing() {
      return inner?.failing ?? {}
    },
    // Another image is another executor, which is started beside it.
    async replace() {},
    async stop(graceMs) {
      stopping = true
      const stopped = await Promise.allSettled([
        inner?.stop(graceMs),
        ...[...running].map((container) => container.stop(Math.max(graceMs, LEAST_GRACE_MS))),
      ])
      for (const one of stopped) if (one.status === 'rejected') throw asXserveError(one.reason)
    },
  }
}

function specsOf(plan: DeploymentPlan & { readonly uses: { readonly kind: 'image' } }, engine: string) {
  const { name, shards, replicas, uses, options } = plan
  // Names of a store are no references of images, which are in lower case.
  const reference = uses.written.startsWith('docker://') ? uses.image : uses.image.toLowerCase()
  const image: Image = { reference, kind: 'other' }
  const entrypoint = commandOf(image, options)
  const shared = runOptions(plan)
  return Array.from({ length: shards * replicas }, (_, index) => {
    const shard = Math.floor(index / replicas)
    const pod = shards > 1 ? `${name}/shard-${shard}/rep-${index % replicas}` : `${name}/rep-${index}`
    const place = { port: PORT, monitoringPort: null, shard: shards > 1 ? shard : null }
    const [program = 'jina', ...words] = entrypoint
    const command = [...words, ...executorArguments(plan, image, place)]
    const spec: ContainerSpec = {
      engine,
      pod,
      image: reference,
      ports: { host: freePort(), container: PORT },
      options: [...shared, '--entrypoint', program],
      command,
    }
    return { spec, shard }
  })
}

/** Environment, volumes and GPUs, as exports have them. */
function runOptions({ name, env, options }: DeploymentPlan): string[] {
  const gpus = gpusOf(name, options)
  const amount =
    gpus === null ? [] : ['--gpus', 'devices' in gpus ? `"device=${gpus.devices.join(',')}"` : String(gpus.count)]
  const volumes = volumesOf(name, options).flatMap(({ source, target, readOnly }) => [
    '--volume',
    `${source === null ? '' : `${source}:`}${target}${readOnly ? ':ro' : ''}`,
  ])
  const variables = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`])
  return [...variables, ...volumes, ...amount]
}

/** The engine does not tell which port it took before the container runs. */
function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return port
}
