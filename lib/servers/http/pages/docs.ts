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
input { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .3rem .6rem; margin: 0 .5rem .5rem 0 }
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
/* Events as they come; one who looks at them has seen enough after so many letters. */
const showEvents = async (answer, output) => {
  const reader = answer.body.getReader()
  const decoder = new TextDecoder()
  while (output.textContent.length < 100000) {
    const { done, value } = await reader.read()
    if (done) return
    output.textContent += decoder.decode(value, { stream: true })
  }
  await reader.cancel()
  output.textContent += ' …'
}
const send = async (item, text, query, output, button) => {
  button.disabled = true
  const started = performance.now()
  try {
    const options = { method: item.method, headers: text === null ? {} : { 'content-type': 'application/json' } }
    if (text !== null && item.method !== 'GET') options.body = text
    const answer = await fetch(item.path + (query ? '?' + query : ''), options)
    if (answer.headers && (answer.headers.get('content-type') || '').startsWith('text/event-stream')) {
      output.hidden = false
      output.textContent = answer.status + ' ' + answer.statusText + '\\n\\n'
      await showEvents(answer, output)
      return
    }
    const body = await answer.text()
    let shown = body
    try { shown = JSON.stringify(JSON.parse(body), null, 2) } catch {}
    output.textContent = answer.status + ' ' + answer.statusText + ' · ' +
      Math.round(performance.now() - started) + ' ms\\n\\n' + shown
  } catch (error) {
    output.textContent = (output.textContent || '') + String(error)
  } finally {
    output.hidden = false
    button.disabled = false
  }
}
const form = (api, item) => {
  const schema = bodySchema(item.operation)
  const area = schema
    ? el('textarea', { spellcheck: false, value: startText(item.path, resolveIn(api, schema)), ariaLabel: 'Body of the request' })
    : null
  const fields = (item.operation.parameters || []).map(({ name }) => el('input', { name, placeholder: name, ariaLabel: name }))
  const queryOf = () => new URLSearchParams(fields.filter(field => field.value).map(field => [field.name, field.value])).toString()
  const output = el('pre', { hidden: true })
  const button = el('button', { type: 'button' }, 'Send')
  button.onclick = () => { output.textContent = ''; send(item, area ? area.value : null, queryOf(), output, button) }
  return el('div', { className: 'inside' }, item.operation.description ? el('p', {}, item.operation.description) : null,
    ...fields, area, el('p', {}, button), output)
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
