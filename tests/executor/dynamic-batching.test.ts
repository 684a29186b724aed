import { expect, test } from 'bun:test'
import { buildBatching, type DynamicBatchingOptions, dynamicBatching } from '../../lib/executor/dynamic-batching.ts'
import { buildEndpoints } from '../../lib/executor/endpoints.ts'
import { Executor } from '../../lib/executor/executor.ts'
import { requests } from '../../lib/executor/requests.ts'

class Parent extends Executor {
  @requests({ on: '/a' })
  @dynamicBatching({ preferredBatchSize: 4, timeout: 50, flushAll: true })
  a() {}

  @dynamicBatching({ preferredBatchSize: 8 })
  @requests({ on: ['/b', '/c'] })
  b() {}

  @requests
  plain() {}
}
class Child extends Parent {
  override b() {}
}

const of = (one: typeof Executor, given = {}) => Object.fromEntries(buildBatching(one, buildEndpoints(one), given))
const A = { preferredBatchSize: 4, timeoutMs: 50, flushAll: true }
const B = { preferredBatchSize: 8, timeoutMs: 10_000, flushAll: false }

test('the decorator is for all endpoints of the method, in any order with @requests', () => {
  expect(of(Parent)).toEqual({ '/a': A, '/b': B, '/c': B })
})

test('a class inherits it, unless it has the method itself', () => {
  expect(of(Child)).toEqual({ '/a': A })
})

test('what is given goes before it: by endpoint, else by method', () => {
  const c = { preferredBatchSize: 1, timeoutMs: 1, flushAll: false }
  const b = { preferredBatchSize: 2, timeoutMs: 2, flushAll: false }
  expect(of(Parent, { '/c': c, b, plain: A })).toEqual({ '/a': A, '/b': b, '/c': c, '/default': A })
})

test('a name that is neither, and a method that streams, are refused', () => {
  class Streaming extends Executor {
    @requests
    *run() {}
  }
  expect(() => of(Parent, { '/nope': A })).toThrow('dynamic_batching names /nope, which is no endpoint of Parent')
  expect(() => of(Streaming, { run: A })).toThrow('Streaming.run streams')
})

test.each([
  [undefined, 'takes an object'],
  [{}, 'needs a preferredBatchSize'],
  [{ preferredBatchSize: 0 }, 'preferredBatchSize of 1 or more, not 0'],
  [{ preferredBatchSize: 1, timeout: -1 }, 'timeout of 0 to'],
  [{ preferredBatchSize: 1, flushAll: 1 }, 'true or false for flushAll'],
  [{ preferredBatchSize: 1, size: 2 }, 'has no option "size"'],
])('@dynamicBatching(%j) is refused', (options, why) => {
  expect(() => dynamicBatching(options as DynamicBatchingOptions)).toThrow(why)
})
