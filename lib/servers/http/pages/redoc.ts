/** GET /redoc: every route and every model, to read. */
import { renderPage } from './page.ts'

export function redocPage(title: string): string {
  return renderPage({ title, style: STYLE, script: SCRIPT })
}

const STYLE = `
section { border-top: 1px solid var(--line); padding: 1rem 0 }
section h3 { font-size: 1rem; font-weight: 600; margin: 0 0 .25rem }
.method { color: var(--mark); margin-right: .6em }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
td { border-top: 1px solid var(--line); padding: .35rem .75rem .35rem 0; vertical-align: top }
td:first-child { white-space: nowrap }
`

const SCRIPT = `
const rows = schema => Object.entries(schema.properties || {}).map(([name, value]) => el('tr', {},
  el('td', {}, el('code', {}, name)), el('td', {}, el('code', { className: 'dim' }, nameOf(value))),
  el('td', {}, value.description || '')))
const link = schema => schema.$ref ? el('a', { href: '#' + nameOf(schema) }, nameOf(schema)) : el('span', {}, nameOf(schema))
const links = schema => (schema.anyOf || [schema]).flatMap((one, i) => i === 0 ? [link(one)] : [' | ', link(one)])
const contentOf = answer => Object.values(answer.content)[0].schema
const operation = item => el('section', {},
  el('h3', { className: 'path' }, el('span', { className: 'method' }, item.method), item.path),
  el('p', {}, item.operation.description || item.operation.summary || ''),
  bodySchema(item.operation) ? el('p', { className: 'dim' }, 'Body: ', ...links(bodySchema(item.operation))) : null,
  el('table', {}, ...(item.operation.parameters || []).map(({ name, description }) => el('tr', {},
    el('td', {}, el('code', {}, '?' + name)), el('td', {}, description || '')))),
  el('table', {}, ...Object.entries(item.operation.responses || {}).map(([status, answer]) => el('tr', {},
    el('td', {}, el('code', {}, status)), el('td', {}, answer.description || ''),
    el('td', {}, ...(answer.content ? links(contentOf(answer)) : []))))))
const model = ([name, schema]) => el('section', { id: name }, el('h3', {}, name),
  schema.description ? el('p', {}, schema.description) : null, el('table', {}, ...rows(schema)))
show(api => [...heading(api, '/docs', 'try it'), ...[...groupsOf(api)].flatMap(([tag, items]) =>
  [el('h2', {}, tag), ...items.map(operation)]),
  el('h2', {}, 'Models'), ...Object.entries(api.components.schemas).map(model)])
`
