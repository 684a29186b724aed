/** The base class: what an executor knows of itself, served or alone. */
import { expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import path from 'node:path'
import { Executor, type Making, makeExecutor } from '../../lib/executor/executor.ts'
import { temporaryFolder } from '../helpers/xserve.ts'

class Mine extends Executor {
  readonly seen: unknown
  constructor(readonly given: { k?: number } = {}) {
    super()
    this.seen = [this.name, this.metas.name, this.runtimeArgs.shardId, this.requests]
  }
}

const makingOf = (
  more: Partial<Making['runtimeArgs']> = {},
  metas: Making['metas'] = { name: 'metas name' },
): Making => ({
  name: 'executor0',
  metas,
  runtimeArgs: { name: 'executor0/rep-0', replicas: 1, shards: 1, shardId: 0, replicaId: 0, workspace: null, ...more },
  logger: console,
  requests: { '/a': 'foo' },
})

test('alone it has defaults, so that a unit test can make it', () => {
  const alone = new Mine({ k: 1 })
  expect([alone.given, alone.name, alone.metas.name, alone.runtimeArgs.shards]).toEqual([{ k: 1 }, 'Mine', 'Mine', 1])
  expect(alone.logger.info).toBeFunction()
})

test('what it is given is there after super()', () => {
  const made = makeExecutor(makingOf({ shardId: 3 }), () => new Mine())
  expect(made.seen).toEqual(['executor0', 'metas name', 3, { '/a': 'foo' }])
})

test('what one is given does not reach the next, not even after a constructor has thrown', () => {
  class Throws extends Executor {
    constructor() {
      super()
      throw new Error(`thrown by ${this.name}`)
    }
  }
  expect(() => makeExecutor(makingOf(), () => new Throws())).toThrow('thrown by executor0')
  expect(new Mine().name).toBe('Mine')
})

test('the workspace is made when asked for: the given folder, the name, the shard', () => {
  using folder = temporaryFolder()
  const workspace = folder.path
  const single = makeExecutor(makingOf({ workspace }), () => new Mine())
  expect(statSync(path.join(workspace, 'metas name'), { throwIfNoEntry: false })).toBeUndefined()
  expect(single.workspace).toBe(path.join(workspace, 'metas name'))
  expect(statSync(single.workspace).isDirectory()).toBe(true)
  const shard = makeExecutor(makingOf({ workspace, shards: 2, shardId: 1 }), () => new Mine())
  expect(shard.workspace).toBe(path.join(workspace, 'metas name', '1'))
  const ofMetas = makeExecutor(makingOf({}, { name: 'm', workspace: path.join(workspace, 'w') }), () => new Mine())
  expect(ofMetas.workspace).toBe(path.join(workspace, 'w', 'm'))
})

test('the workspace falls back to the environment', () => {
  using folder = temporaryFolder()
  const before = process.env.JINA_DEFAULT_WORKSPACE_BASE
  process.env.JINA_DEFAULT_WORKSPACE_BASE = folder.path
  try {
    expect(new Mine().workspace).toBe(path.join(folder.path, 'Mine'))
  } finally {
    if (before === undefined) delete process.env.JINA_DEFAULT_WORKSPACE_BASE
    else process.env.JINA_DEFAULT_WORKSPACE_BASE = before
  }
})
