/** The cluster that `make cluster` starts: images into it, a way to its Services from outside. */
import path from 'node:path'
import { sh } from './images.ts'

const scripts = process.env.XSERVE_CLUSTER ?? ''

export async function loadImages(images: readonly string[]): Promise<void> {
  await sh('bash', path.join(scripts, 'kube-load.sh'), ...images)
}

/** Runs a command on the node itself. */
export const onNode = (...words: string[]): Promise<string> => sh('bash', path.join(scripts, 'kube-enter.sh'), ...words)

export interface Forward extends Disposable {
  readonly address: string
}

/** `service`: NAMESPACE/NAME:PORT. It stays with the Service when its pods are replaced. */
export async function forwarded(service: string): Promise<Forward> {
  const child = Bun.spawn(['bash', path.join(scripts, 'kube-forward.sh'), service], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const reader = child.stdout.getReader()
  let told = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`nothing leads to ${service}`)
    told += new TextDecoder().decode(value)
    if (told.includes('\n')) break
  }
  return { address: `127.0.0.1:${told.trim()}`, [Symbol.dispose]: () => child.kill() }
}
