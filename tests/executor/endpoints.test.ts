/** The one table behind decorators, static maps and the command line. */
import { describe, expect, test } from 'bun:test'
import { buildEndpoints } from '../../lib/executor/endpoints.ts'
import { Executor } from '../../lib/executor/executor.ts'
import { requests } from '../../lib/executor/requests.ts'

const table = (executor: typeof Executor, usesRequests?: Record<string, string>): Record<string, string> =>
  Object.fromEntries(buildEndpoints(executor, usesRequests))

class Parent extends Executor {
  @requests({ on: ['/a', '/b'] }) first() {}
  @requests({ on: '/c' }) second() {}
  third() {}
}

test('an executor without methods has no endpoints', () => {
  expect(table(class extends Executor {})).toEqual({})
})

describe('inheritance', () => {
  test('parents’ endpoints are there, a class overrides them one by one', () => {
    class Child extends Parent {
      @requests({ on: '/b' }) other() {}
    }
    class Grandchild extends Child {
      static override readonly requests = { '/c': 'other', '/d': 'third' }
    }
    expect(table(Child)).toEqual({ '/a': 'first', '/b': 'other', '/c': 'second' })
    expect(table(Grandchild)).toEqual({ '/a': 'first', '/b': 'other', '/c': 'other', '/d': 'third' })
    expect(table(Parent)).toEqual({ '/a': 'first', '/b': 'first', '/c': 'second' })
  })

  test('two classes may share a parent', () => {
    class One extends Parent {
      @requests() one() {}
    }
    class Two extends Parent {
      @requests() two() {}
    }
    expect([table(One)['/default'], table(Two)['/default']]).toEqual(['one', 'two'])
  })
})

describe('what cannot be bound is refused with BAD_ENDPOINT', () => {
  const refusal = (executor: unknown, usesRequests?: Record<string, string>): unknown => {
    try {
      return buildEndpoints(executor as typeof Executor, usesRequests)
    } catch (error) {
      return error
    }
  }
  const bad = (text: string) => ({ code: 'BAD_ENDPOINT', message: expect.stringContaining(text) })

  test('an endpoint with two methods of one class', () => {
    class Twice extends Executor {
      @requests({ on: '/x' }) one() {}
      @requests({ on: '/x' }) two() {}
    }
    class Default extends Executor {
      @requests() one() {}
      @requests() two() {}
    }
    class Both extends Executor {
      static override readonly requests = { '/x': 'two' }
      @requests({ on: '/x' }) one() {}
      two() {}
    }
    for (const executor of [Twice, Both]) expect(refusal(executor)).toMatchObject(bad('/x twice, to one and to two'))
    expect(refusal(Default)).toMatchObject(bad('/default twice'))
  })

  test('a method that is not there', () => {
    class Missing extends Parent {
      static override readonly requests = { '/x': 'frist' }
    }
    const error = refusal(Missing)
    expect(error).toMatchObject(bad('no method "frist" for the endpoint /x'))
    expect(error).toMatchObject({ details: { hint: expect.stringContaining('first, second, third') } })
    expect(refusal(Parent, { '/x': 'frist' })).toMatchObject(bad('"frist"'))
    expect(refusal(Parent, { '/x': 'constructor' })).toMatchObject(bad('"constructor"'))
  })

  test('a map that is none, or holds something else than names', () => {
    class Text extends Parent {
      static override readonly requests = 'first' as never
    }
    class Functions extends Parent {
      static override readonly requests = { '/x': () => {} } as never
    }
    expect(refusal(Text)).toMatchObject(bad('must be an object'))
    expect(refusal(Functions)).toMatchObject(bad('for the endpoint /x'))
  })
})

describe('--uses-requests', () => {
  test('adds an endpoint to a method that has none', () => {
    expect(table(Parent, { '/new': 'third' })).toEqual({
      '/a': 'first',
      '/b': 'first',
      '/c': 'second',
      '/new': 'third',
    })
  })

  test('a method that has some keeps them, whatever the order', () => {
    const both = { '/a': 'first', '/b': 'first', '/c': 'second' }
    expect(table(Parent, { '/new': 'first' })).toEqual({ ...both, '/new': 'first' })
    expect(table(Parent, { '/a': 'second', '/new': 'first' })).toEqual({ ...both, '/a': 'second', '/new': 'first' })
    expect(table(Parent, { '/new': 'first', '/a': 'second' })).toEqual({ ...both, '/a': 'second', '/new': 'first' })
  })

  // Public case 56.
  test('a method of every endpoint is so no more, unless that is said again', () => {
    class Any extends Executor {
      @requests() foo() {}
    }
    expect(table(Any, { '/index': 'foo', '/search': 'foo' })).toEqual({ '/index': 'foo', '/search': 'foo' })
    expect(table(Any, { '/index': 'foo', '/default': 'foo' })).toEqual({ '/index': 'foo', '/default': 'foo' })
  })

  test('takes an endpoint from another method', () => {
    expect(table(Parent, { '/c': 'third' })).toEqual({ '/a': 'first', '/b': 'first', '/c': 'third' })
  })
})
