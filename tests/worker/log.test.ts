/** `this.logger`: any values, as one text of a level. */
import { expect, test } from 'bun:test'
import type { ControlMessage } from '../../lib/link/messages.ts'
import { createWorkerLog } from '../../lib/worker/log.ts'

test('every level goes over the link, values as console would show them', () => {
  const sent: ControlMessage[] = []
  const log = createWorkerLog({ control: (message) => void sent.push(message) })
  log.debug('plain', 1, null)
  log.info({ a: [1, 'two'] })
  log.warn()
  log.error('two\nlines', undefined)
  expect(sent).toEqual([
    { kind: 'log', level: 'debug', text: 'plain 1 null' },
    { kind: 'log', level: 'info', text: "{ a: [ 1, 'two' ] }" },
    { kind: 'log', level: 'warn', text: '' },
    { kind: 'log', level: 'error', text: 'two\nlines undefined' },
  ])
})
