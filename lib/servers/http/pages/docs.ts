/** GET /docs: every route with a form to try it. */
import { renderPage } from './page.ts'

export function docsPage(title: string): string {
  return renderPage({ title, style: STYLE, script: SCRIPT })
}

const STYLE = `
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; background: var(--back) }
summary { cursor: pointer; padding: .55rem .85rem; display: flex; gap: .85rem; align-items: baseline; list-style: none }
summary::-webkit-details-marker { display: none }
details[open] > summary { border-bottom: 1px solid var(--line) }
summary:hover { background: var(--soft) }
.method { font: 600 12px/1 ui-monospace, Menlo, Consolas, monospace; color: var(--mark); width: 4.2em }
.inside { padding: .7rem .85rem }
textarea { width: 100%; min-height: 9rem; color: inherit; resize: vertical; display: block }
button { font: inherit; padding: .3rem 1.1rem; border: 1px solid var(--mark); border-radius: 6px; background: var(--mark); color: var(--back); cursor: pointer }
button:disabled { opacity: .5 }
`

const SCRIPT = `
const startText = (path, schema) => {
  const request = { data: [{ text: 'hello, world!' }], parameters: {} }
  if (schema.properties && schema.properties.execEndpoint) request.execEndpoint = '/'
  return JSON.stringify(request, null, 2)
}
const send = async (item, text, output, button) => {
  button.disabled = true
  const started = performance.now()
  try {
    const options = { method: item.method, headers: text === null ? {} : { 'content-type': 'application/json' } }
    if (text !== null && item.method !== 'GET') options.body = text
    const answer = await fetch(item.path, options)
    const body = await answer.text()
    let shown = body
    try { shown = JSON.stringify(JSON.parse(body), null, 2) } catch {}
    output.textContent = answer.status + ' ' + answer.statusText + ' · ' +
      Math.round(performance.now() - started) + ' ms\\n\\n' + shown
  } catch (error) {
    output.textContent = String(error)
  }
  output.hidden = false
  button.disabled = false
}
const form = (api, item) => {
  const schema = bodySchema(item.operation)
  const area = schema
    ? el('textarea', { spellcheck: false, value: startText(item.path, resolveIn(api, schema)), ariaLabel: 'Body of the request' })
    : null
  const output = el('pre', { hidden: true })
  const button = el('button', { type: 'button' }, 'Send')
  button.onclick = () => send(item, area ? area.value : null, output, button)
  return el('div', { className: 'inside' }, item.operation.description ? el('p', {}, item.operation.description) : null,
    area, el('p', {}, button), output)
}
const entry = (api, item) => {
  const details = el('details', {}, el('summary', {}, el('span', { className: 'method' }, item.method),
    el('span', { className: 'path' }, item.path), el('span', { className: 'dim' }, item.operation.summary || '')))
  details.addEventListener('toggle', () => { if (details.childElementCount === 1) details.append(form(api, item)) })
  return details
}
show(api => [...heading(api, '/redoc', 'reference'), ...[...groupsOf(api)].flatMap(([tag, items]) =>
  [el('h2', {}, tag), ...items.map(item => entry(api, item))])])
`
