/** `@requests` in both forms of decorators. */
import { describe, expect, test } from 'bun:test'
import { Executor } from '../../lib/executor/executor.ts'
import { ownBindings, type RequestsOptions, requests } from '../../lib/executor/requests.ts'

const bindings = (executor: typeof Executor): string[] =>
  ownBindings(executor).map(({ endpoint, method }) => `${endpoint} ${method}`)

describe('the standard form', () => {
  test('binds the default endpoint, one, or several', () => {
    class One extends Executor {
      @requests bare() {}
      @requests() called() {}
      @requests({}) empty() {}
      @requests({ on: '/a' }) one() {}
      @requests({ on: ['/b', 'c d', '/B/'] }) several() {}
      not() {}
    }
    expect(bindings(One)).toEqual([
      '/default bare',
      '/default called',
      '/default empty',
      '/a one',
      '/b several',
      'c d several',
      '/B/ several',
    ])
  })

  test('stacks, and survives a decorator that wraps the method', () => {
    const wraps = (method: () => unknown, _: ClassMethodDecoratorContext) =>
      function (this: unknown) {
        return method.call(this)
      }
    class One extends Executor {
      @wraps
      @requests({ on: '/inside' })
      @requests({ on: '/deeper' })
      inside() {}

      @requests({ on: '/outside' })
      @wraps
      outside() {}
    }
    expect(bindings(One).sort()).toEqual(['/deeper inside', '/inside inside', '/outside outside'])
  })

  test('tells nothing of the parent', () => {
    class Parent extends Executor {
      @requests({ on: '/a' }) a() {}
    }
    class Child extends Parent {
      @requests({ on: '/b' }) b() {}
    }
    class Bare extends Parent {}
    expect([bindings(Child), bindings(Bare), bindings(Parent)]).toEqual([['/b b'], [], ['/a a']])
  })

  test('keeps the type of the method', () => {
    class One extends Executor {
      @requests({ on: '/sum' }) sum({ parameters }: { parameters: { readonly by: number } }): { total: number } {
        return { total: parameters.by }
      }
    }
    const total: number = new One().sum({ parameters: { by: 2 } }).total
    expect(total).toBe(2)
  })

  test('binds the function where the compiler gives no metadata', () => {
    class One extends Executor {
      later() {}
    }
    const context = { kind: 'method', name: 'later', static: false, private: false, metadata: undefined }
    ;(requests({ on: '/later' }) as (method: unknown, context: unknown) => void)(One.prototype.later, context)
    expect(bindings(One)).toEqual(['/later later'])
  })

  test('is refused on what is no method of an instance', () => {
    const decorate = requests() as unknown as (value: unknown, context: unknown) => void
    const context = { kind: 'method', name: 'x', static: false, private: false, metadata: {} }
    expect(() => decorate(undefined, { ...context, kind: 'field' })).toThrow(
      'before a field; it belongs before a method',
    )
    expect(() => decorate(() => {}, { ...context, static: true })).toThrow('x: it is static or private')
    expect(() => decorate(() => {}, { ...context, private: true })).toThrow('static or private')
    expect(() => decorate(() => {}, { ...context, name: Symbol('s') })).toThrow('Symbol(s)')
  })
})

describe('the legacy form', () => {
  const legacy = (decorator: unknown, target: object, key: string): void =>
    (decorator as (target: object, key: string, descriptor: PropertyDescriptor) => void)(
      target,
      key,
      Object.getOwnPropertyDescriptor(target, key)!,
    )

  test('binds bare, called, and with endpoints', () => {
    class One extends Executor {
      a() {}
      b() {}
      c() {}
    }
    legacy(requests, One.prototype, 'a')
    legacy(requests(), One.prototype, 'b')
    legacy(requests({ on: ['/c', '/d'] }), One.prototype, 'c')
    expect(bindings(One)).toEqual(['/default a', '/default b', '/c c', '/d c'])
  })

  test('is refused on static methods and on fields', () => {
    class One extends Executor {
      static a() {}
    }
    expect(() => legacy(requests(), One, 'a')).toThrow('it is static')
    expect(() => (requests() as unknown as (target: object, key: string) => void)(One.prototype, 'field')).toThrow(
      'before a method',
    )
  })
})

test.each([
  [{ onn: '/a' }, 'has no option "onn"'],
  [{ on: '/a', input: 5 }, 'has for input 5, which is no schema'],
  [{ on: '' }, 'none of them empty'],
  [{ on: [] }, 'an endpoint or a list'],
  [{ on: ['/a', 5] }, 'an endpoint or a list'],
  [{ on: 5 }, 'an endpoint or a list'],
  ['/a', 'takes an object, not "/a"'],
  [null, 'takes an object, not null'],
])('%j is refused when the class is defined', (options, why) => {
  let thrown: unknown
  try {
    requests(options as unknown as RequestsOptions)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ code: 'BAD_ENDPOINT', message: expect.stringContaining(why) })
})
