/** Large documents through whole Flows: every caller gets its own, whatever becomes of the workers meanwhile. */
import { afterEach, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { SHARED_FOLDER } from '../../lib/link/memory/shared-memory.ts'
import { childrenOf } from '../helpers/processes.ts'
import { startServer } from '../helpers/xserve.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A document is one value, many times; who gets another's, or a mixture, says so. Those who change it count it up. */
const EXECUTORS = `import { type DocumentArray, Executor } from 'xserve'
export class Counts extends Executor {
  static override requests = { '/default': 'count' }
  check(docs: DocumentArray) {
    for (const doc of docs) {
      const { value } = doc.tags
      if (!doc.blob!.every((byte) => byte === value)) throw new Error(this.name + ' was given what is not of this request')
    }
  }
  count({ docs }: { docs: DocumentArray }) {
    this.check(docs)
    for (const doc of docs) {
      const value = (Number(doc.tags.value) + 1) % 256
      doc.blob = new Uint8Array(doc.blob!.length).fill(value)
      doc.tags = { ...doc.tags, value, names: doc.tags.names + this.name }
    }
  }
}
export class Looks extends Counts {
  override count({ docs }: { docs: DocumentArray }) {
    this.check(docs)
    return { [this.name]: docs.length }
  }
}
export class Few extends Counts {
  override count({ docs }: { docs: DocumentArray }) {
    this.check(docs)
    for (const doc of docs) doc.blob = new Uint8Array(10).fill(Number(doc.tags.value))
  }
}
export class Fails extends Counts {
  override count({ docs }: { docs: DocumentArray }) {
    this.check(docs)
    if (docs[0]!.tags.fails) throw new RangeError('as asked')
  }
}
`

async function serve(executors: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'xserve-large-'))
  folders.push(folder)
  writeFileSync(path.join(folder, 'counts.ts'), EXECUTORS)
  writeFileSync(path.join(folder, 'flow.yml'), `jtype: Flow\nwith: {port: 0}\nexecutors:\n${executors}`)
  return startServer('flow', [path.join(folder, 'flow.yml')])
}

const SIZES = [70_000, 300_000, 1_100_000]

function documents(seed: number, tags: Record<string, unknown> = {}): DocumentArray {
  const value = seed % 256
  const blob = new Uint8Array(SIZES[seed % SIZES.length]!).fill(value)
  return new DocumentArray([new Document({ id: `d${seed}`, blob, tags: { value, names: '', ...tags } })])
}

/** What comes back for `documents(seed)` when it has been counted up so many times. */
function check(answer: DocumentArray, seed: number, counted: number): void {
  const [document] = [...answer]
  const value = (seed + counted) % 256
  expect([answer.length, document!.id, document!.tags.value]).toEqual([1, `d${seed}`, value])
  expect(document!.blob!.length).toBe(SIZES[seed % SIZES.length]!)
  expect(document!.blob!.every((byte) => byte === value)).toBe(true)
}

async function everybody(client: Client, rounds: number, one: (seed: number) => Promise<void>): Promise<void> {
  let next = 0
  const caller = async (): Promise<void> => {
    while (next < rounds) await one(next++)
  }
  await Promise.all(Array.from({ length: 8 }, caller))
  await client.close()
}

test.each([
  ['one executor', '  - {name: a, uses: "counts.ts#Counts"}\n', 1, 'a'],
  [
    'a row of executors that change them, and one that looks',
    `  - {name: a, uses: "counts.ts#Counts"}
  - {name: b, uses: "counts.ts#Looks"}
  - {name: c, uses: "counts.ts#Counts", timeout_send: 20000}
  - {name: d, uses: "counts.ts#Counts", replicas: 2}
`,
    3,
    'acd',
  ],
  [
    'branches, a join, one that nobody waits for, shards, a condition',
    `  - {name: a, uses: "counts.ts#Counts", needs: gateway}
  - {name: b, uses: "counts.ts#Looks", needs: gateway, shards: 2, polling: ALL}
  - {name: f, uses: "counts.ts#Counts", needs: a, floating: true}
  - {name: c, uses: "counts.ts#Counts", needs: [a, b]}
  - {name: d, uses: "counts.ts#Counts", needs: c, when: {tags__value: {$gte: 0}}}
  - {name: e, uses: "counts.ts#Looks", needs: d, uses_before: "counts.ts#Looks", shards: 2}
`,
    3,
    'acd',
  ],
])(
  '%s: 100 requests, 8 at once, by calls and by streams',
  async (_case, executors, counted, names) => {
    const server = await serve(executors)
    const client = new Client({ host: server.address })
    await everybody(client, 100, async (seed) => {
      const answer = await client.post('/', documents(seed), { stream: seed % 3 === 0 })
      check(answer, seed, counted)
      expect(answer[0]!.tags.names).toBe(names)
    })
    expect(server.stderr()).not.toContain('floating and failed')
    expect(await server.stop()).toBe(0)
  },
  60_000,
)

test('an answer that is short, or a failure, of a request that was long', async () => {
  const server = await serve(`  - {name: a, uses: "counts.ts#Counts"}
  - {name: b, uses: "counts.ts#Fails"}
  - {name: c, uses: "counts.ts#Few"}
`)
  const client = new Client({ host: server.address })
  await everybody(client, 60, async (seed) => {
    const options = { stream: seed % 2 === 0 }
    if (seed % 3 === 0) {
      const error = await client.post('/', documents(seed, { fails: true }), options).catch((error: Error) => error)
      expect(String(error)).toContain('as asked')
    } else {
      const answer = await client.post('/', documents(seed), options)
      const value = (seed + 1) % 256
      expect([...answer[0]!.blob!]).toEqual(new Array(10).fill(value))
    }
  })
  expect(await server.stop()).toBe(0)
}, 60_000)

test('workers killed under way: calls are answered by others, or told so; never with what is not theirs', async () => {
  const server = await serve(`  - {name: a, uses: "counts.ts#Counts", replicas: 2}
  - {name: b, uses: "counts.ts#Counts", replicas: 2}
  - {name: c, uses: "counts.ts#Counts", replicas: 2}
`)
  const client = new Client({ host: server.address })
  let lost = 0
  await everybody(client, 120, async (seed) => {
    if (seed % 20 === 10) {
      const workers = childrenOf(server.pid)
      process.kill(workers[seed % workers.length]!, 'SIGKILL')
    }
    const answer = await client.post('/', documents(seed), { stream: false }).catch((error: Error) => error)
    if (answer instanceof Error) {
      expect(String(answer)).toMatch(/was killed by SIGKILL|UNAVAILABLE/)
      lost++
    } else check(answer, seed, 3)
  })
  // Those that were in the worker when it was killed: it may have done its work.
  expect(lost).toBeLessThan(40)
  expect(await server.stop()).toBe(0)
}, 60_000)

test('callers that give up under way take nothing from those that do not', async () => {
  const server = await serve(`  - {name: a, uses: "counts.ts#Counts"}
  - {name: b, uses: "counts.ts#Counts", needs: gateway}
  - {name: f, uses: "counts.ts#Counts", needs: a, floating: true}
  - {name: c, uses: "counts.ts#Counts", needs: [a, b]}
`)
  const client = new Client({ host: server.address })
  let givenUp = 0
  await everybody(client, 160, async (seed) => {
    const isImpatient = seed % 2 === 1
    // From before all of the request has been sent to about when the answer comes.
    const options = { stream: false, ...(isImpatient ? { timeoutMs: 1 + (seed % 31) } : {}) }
    const answer = await client.post('/', documents(seed), options).catch((error: Error) => error)
    if (!(answer instanceof Error)) check(answer, seed, 2)
    else if (isImpatient) givenUp++
    else throw answer
  })
  expect(givenUp).toBeGreaterThan(0)
  expect(server.stderr()).not.toContain('what is not of this request')
  expect(await server.stop()).toBe(0)
}, 60_000)

test.skipIf(!existsSync(SHARED_FOLDER))(
  'a worker reads what the one before it wrote, where it wrote it',
  async () => {
    const server = await serve(`  - {name: a, uses: "counts.ts#Counts"}
  - {name: b, uses: "counts.ts#Counts"}
`)
    const client = new Client({ host: server.address })
    await everybody(client, 40, async (seed) => check(await client.post('/', documents(seed)), seed, 2))
    const [a, b] = childrenOf(server.pid).map(memoriesOf) as [string[], string[]]
    // That of the gateway, for what callers sent, and that of the first for what it has answered.
    expect(b.filter((memory) => a.includes(memory)).length).toBeGreaterThanOrEqual(2)
    expect(await server.stop()).toBe(0)
  },
  60_000,
)

/** Memories without a name that a process sees, by what tells them apart. */
function memoriesOf(pid: number): string[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')
  return lines.filter((line) => line.includes(`${SHARED_FOLDER}/#`)).map((line) => line.split(/\s+/)[4]!)
}
