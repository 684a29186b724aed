/**
 * One container: run in the foreground by the engine's command, so that its output and its end are seen, reached at a port of
 * loopback, and never left behind.
 */
import { forwardLines } from '../../deployment/output.ts'
import { XserveError } from '../../errors.ts'
import { timerMs } from '../../within.ts'

export interface ContainerSpec {
  readonly engine: string
  /** Names the container, with what makes it unique; as in the log. */
  readonly pod: string
  readonly image: string
  /** On 127.0.0.1, and in the container. */
  readonly ports: { readonly host: number; readonly container: number }
  /** Options of the engine's `run`, before the image. */
  readonly options: readonly string[]
  readonly command: readonly string[]
}

export interface ContainerOutput {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
}

export interface Container {
  /** Resolves once, with why. */
  readonly ended: Promise<XserveError>
  /** SIGTERM to what runs in it, and its end by force after `graceMs`. */
  stop(graceMs: number): Promise<void>
}

/** The last lines of a container that did not start say why. */
const LAST_LINES = 8
let count = 0

export function runContainer(spec: ContainerSpec, output: ContainerOutput): Container {
  const { engine, pod, image, ports } = spec
  const name = `xserve-${pod.replaceAll(/[^a-zA-Z0-9_.-]+/g, '-')}-${process.pid}-${++count}`
  const child = Bun.spawn(
    [
      engine,
      'run',
      '--rm',
      '--name',
      name,
      '--label',
      'app.kubernetes.io/managed-by=xserve',
      '--publish',
      `127.0.0.1:${ports.host}:${ports.container}`,
      // As in Jina: what runs on this machine has a name.
      '--add-host',
      'host.docker.internal:host-gateway',
      ...spec.options,
      image,
      ...spec.command,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const last: string[] = []
  const kept = (write: (text: string) => void) => (text: string) => {
    // Colours are for a terminal only; some images write them whoever reads.
    const plain = Bun.stripANSI(text)
    last.push(...plain.trimEnd().split('\n'))
    last.splice(0, Math.max(0, last.length - LAST_LINES))
    write(Bun.enableANSIColors ? text : plain)
  }
  const reading = Promise.all([
    forwardLines(child.stdout, kept(output.stdout), `${pod} | `),
    forwardLines(child.stderr, kept(output.stderr), `${pod} | `),
  ])
  const guard = guardOf(engine, name)
  const ended = child.exited.then(async (code) => {
    await Promise.race([reading, Bun.sleep(50)])
    guard.kill()
    const how = child.signalCode === null ? `exit code ${code}` : child.signalCode
    return new XserveError('WORKER_DIED', `${pod}: the container of ${image} ended with ${how}`, {
      where: pod,
      ...(last.length > 0 ? { cause: last.join('\n') } : {}),
    })
  })
  return {
    ended,
    async stop(graceMs) {
      if (child.exitCode !== null || child.signalCode !== null) return
      // The engine's command hands it on to what runs in the container.
      child.kill('SIGTERM')
      const timer = setTimeout(
        () => Bun.spawn([engine, 'kill', name], { stdio: ['ignore', 'ignore', 'ignore'] }),
        timerMs(graceMs),
      )
      await ended
      clearTimeout(timer)
    },
  }
}

/** Ends the container when this process has ended in whatever way: it waits at a pipe that closes then. */
function guardOf(engine: string, name: string): Bun.Subprocess {
  const child = Bun.spawn(['sh', '-c', 'read -r _; exec "$0" kill "$1" >/dev/null 2>&1', engine, name], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C at the terminal is for this process, which takes its time.
    detached: true,
  })
  child.unref()
  return child
}
