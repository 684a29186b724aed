/** The frame of the documentation pages: everything inline, so that they work where there is no network. */

export interface Page {
  readonly title: string
  readonly style: string
  /** The program of the page; it must not contain the end mark of a script. */
  readonly script: string
}

/** `title` is any text. */
export function renderPage({ title, style, script }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
<main id="main"><p class="dim">Reading <a href="/openapi.json">/openapi.json</a> …</p></main>
<script>${SCRIPT}${script}</script>
</body>
</html>
`
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2329; --dim: #66707a; --line: #dfe3e7; --back: #fff; --soft: #f6f7f9; --mark: #0a6c74 }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e7ea; --dim: #949ea8; --line: #343b42; --back: #16191d; --soft: #1e2328; --mark: #5cc3cc } }
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.55 system-ui, sans-serif }
main { max-width: 54rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem }
h1 { font-size: 1.7rem; font-weight: 600; margin: 0 0 .25rem }
h2 { font-size: 1.05rem; font-weight: 600; margin: 2.25rem 0 .5rem }
a { color: var(--mark) }
p { margin: .25rem 0 .75rem }
.dim { color: var(--dim) }
code, pre, textarea, .path { font: 14px/1.5 ui-monospace, Menlo, Consolas, monospace }
pre, textarea { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .85rem; margin: .4rem 0 }
pre { overflow: auto; max-height: 28rem }
`

/** Reads the document, and has what both pages build with: el(tag, properties, …children), resolve(schema), sample(schema). */
const SCRIPT = `
'use strict'
const el = (tag, properties, ...children) => {
  const node = Object.assign(document.createElement(tag), properties)
  node.append(...children.filter(child => child !== null))
  return node
}
const resolveIn = (api, schema) =>
  schema && schema.$ref ? resolveIn(api, api.components.schemas[schema.$ref.split('/').pop()]) : schema || {}
const nameOf = schema => {
  if (schema.$ref) return schema.$ref.split('/').pop()
  if (schema.anyOf) return schema.anyOf.map(nameOf).join(' | ')
  if (schema.type === 'array') return nameOf(schema.items || {}) + '[]'
  if (schema.enum) return schema.enum.join(' | ')
  return schema.type || 'any'
}
const bodySchema = operation => {
  const body = operation.requestBody
  return body ? body.content['application/json'].schema : null
}
const operationsOf = api => Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })))
const groupsOf = api => {
  const groups = new Map()
  for (const item of operationsOf(api)) {
    const tag = (item.operation.tags || ['Service'])[0]
    groups.set(tag, [...(groups.get(tag) || []), item])
  }
  return groups
}
const show = render => fetch('/openapi.json')
  .then(answer => answer.json())
  .then(api => document.getElementById('main').replaceChildren(...render(api)))
  .catch(error => document.getElementById('main').replaceChildren(el('p', {}, 'The description cannot be read: ' + error)))
const heading = (api, other, label) => [
  el('h1', {}, api.info.title),
  el('p', { className: 'dim' }, api.info.description || '', ' · ', api.info.version, ' · ',
    el('a', { href: '/openapi.json' }, 'openapi.json'), ' · ', el('a', { href: other }, label))
]
`
