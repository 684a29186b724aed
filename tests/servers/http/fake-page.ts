/** As much of a browser as the documentation pages need: elements with children, and fetch. */
import type { HttpHandler } from '../../../lib/servers/http/exchange.ts'
import { ask } from './fake-request.ts'

export interface FakeElement {
  readonly tag: string
  name?: string
  readonly children: (FakeElement | string)[]
  readonly childElementCount: number
  value?: string
  textContent?: string
  onclick?: () => void
  append(...children: (FakeElement | string)[]): void
  replaceChildren(...children: (FakeElement | string)[]): void
  addEventListener(name: string, listener: () => void): void
  listeners: Record<string, () => void>
}

function element(tag: string): FakeElement {
  const children: (FakeElement | string)[] = []
  const listeners: Record<string, () => void> = {}
  return {
    tag,
    children,
    listeners,
    get childElementCount() {
      return children.filter((child) => typeof child !== 'string').length
    },
    append: (...more) => void children.push(...more),
    replaceChildren: (...more) => void children.splice(0, children.length, ...more),
    addEventListener(name, listener) {
      listeners[name] = listener
    },
  }
}

/** Runs the script of a page; gives its main element once it has been filled. */
export async function runPage(handler: HttpHandler, page: string): Promise<FakeElement> {
  const main = element('main')
  const filled = Promise.withResolvers<void>()
  const replace = main.replaceChildren
  main.replaceChildren = (...children) => {
    replace(...children)
    filled.resolve()
  }
  const document = { createElement: element, getElementById: () => main }
  const fetch = async (
    path: string,
    options: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ) => {
    const { headers = {}, body } = options
    const answer = await ask(handler, options.method ?? 'GET', path, { headers, body })
    return { status: answer.status, statusText: '', json: async () => answer.json, text: async () => answer.body }
  }
  const script = /<script>([\s\S]*?)<\/script>/.exec(page)![1]!
  new Function('document', 'fetch', script)(document, fetch)
  await filled.promise
  return main
}

export function* elements(root: FakeElement): Generator<FakeElement> {
  for (const child of root.children) {
    if (typeof child === 'string') continue
    yield child
    yield* elements(child)
  }
}

/** All texts in order. */
export function textOf(node: FakeElement | string): string {
  return typeof node === 'string' ? node : node.children.map(textOf).join(' ')
}
