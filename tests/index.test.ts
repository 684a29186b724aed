/** The public module: what is in it, and that its heavy part waits. */
import { expect, test } from 'bun:test'
import { Client as RealClient } from '../lib/client/client.ts'
import * as sdk from '../lib/index.ts'

test('exports these values and no others', () => {
  expect(Object.keys(sdk).sort()).toEqual([
    'AnswerFailed',
    'AudioDoc',
    'Client',
    'Deployment',
    'Document',
    'DocumentArray',
    'Executor',
    'Flow',
    'Gateway',
    'ImageDoc',
    'Tensor',
    'TextDoc',
    'VideoDoc',
    'XserveError',
    'dynamicBatching',
    'requests',
    'testExecutor',
  ])
})

test('importing it loads no client', () => {
  const script = `await import(${JSON.stringify(`${import.meta.dir}/../lib/index.ts`)})
    const heavy = Object.keys(require.cache).filter((name) => /node_modules|lib\\/(client\\/(?!answer-failed|own-gateway)|channel|servers)/.test(name))
    process.stdout.write(JSON.stringify(heavy))`
  const child = Bun.spawnSync([process.execPath, '-e', script])
  expect(child.stdout.toString()).toBe('[]')
})

test('Client stands for the class behind it', () => {
  using client = new sdk.Client('localhost:1')
  expect(client).toBeInstanceOf(RealClient)
  expect(client).toBeInstanceOf(sdk.Client)
  expect(sdk.Client.name).toBe('Client')
  class Mine extends sdk.Client {
    more(): string {
      return `more of ${this.address}`
    }
  }
  using mine = new Mine('localhost:1')
  expect(mine).toBeInstanceOf(RealClient)
  expect(mine.more()).toBe('more of localhost:1')
})
