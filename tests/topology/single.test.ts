import { expect, test } from 'bun:test'
import { XserveError } from '../../lib/errors.ts'
import type { Node } from '../../lib/topology/node.ts'
import { createSingle } from '../../lib/topology/single.ts'
import { detachedContext } from '../../lib/wire/call.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import { decodeRoutes } from '../../lib/wire/routes.ts'
import { encodeStatus } from '../../lib/wire/status.ts'
import { decode, encode } from '../wire/oracle.ts'

type Answer = (request: Envelope) => Promise<Envelope>

function topology(answer: Answer, endpoints: readonly string[] = ['/default']) {
  const node: Node = {
    name: 'executor0',
    has: (endpoint) => endpoints.includes(endpoint) || endpoints.includes('/default'),
    call: answer,
    async *stream(request) {
      yield await answer(request)
    },
  }
  return createSingle(node)
}

const data = encode('jina.DataRequestProto.DataContentProto', { docs: { docs: [{ id: 'z' }] } })
const replaced: Answer = async (request) =>
  request.answer({ role: 'executor', data, parameters: null, status: null, routes: [] })
const request = (header: Record<string, unknown>) =>
  Envelope.parse(encode('jina.DataRequestProto', { header, data: { docs: { docs: [{ id: 'a' }] } } }))

interface Plain {
  header: Record<string, unknown>
  routes: { executor: string; start_time?: object; end_time?: object; status?: object }[]
  data: { docs: { docs: { id: string }[] } }
}
async function ask(handler: ReturnType<typeof topology>, header: Record<string, unknown>): Promise<Plain> {
  const answer = await handler.call(request(header), detachedContext())
  return decode('jina.DataRequestProto', answer.encode()) as unknown as Plain
}

test('the answer carries the node’s documents, and routes with times of gateway and node', async () => {
  const plain = await ask(topology(replaced), { request_id: 'r', exec_endpoint: '/x' })
  expect(plain.data.docs.docs).toEqual([{ id: 'z' }])
  expect(plain.header).toEqual({ request_id: 'r', exec_endpoint: '/x', target_executor: '' })
  expect(plain.routes.map((route) => [route.executor, !!route.start_time, !!route.end_time])).toEqual([
    ['gateway', true, true],
    ['executor0', true, true],
  ])
})

test('the gateway’s time is never zero in whole milliseconds, by which Jina’s client divides', async () => {
  for (let i = 0; i < 5000; i++) {
    const answer = await topology(replaced).call(request({}), detachedContext())
    const [gateway] = decodeRoutes(Envelope.parse(answer.encode()).routeBytes)
    expect(Math.floor(gateway!.endMs) - Math.floor(gateway!.startMs)).toBeGreaterThanOrEqual(1)
  }
})

test.each([
  ['is not meant', { target_executor: 'nobody' }, ['/default']],
  ['has no such endpoint', { exec_endpoint: '/y' }, ['/x']],
])('a node that %s passes the documents on and has a route without an end', async (_, header, endpoints) => {
  const never: Answer = () => Promise.reject(new Error('was called'))
  const plain = await ask(topology(never, endpoints), header)
  expect(plain.data.docs.docs).toEqual([{ id: 'a' }])
  expect(plain.routes.map((route) => [route.executor, !!route.end_time])).toEqual([
    ['gateway', true],
    ['executor0', false],
  ])
})

test('an error of the node stands in the header and in its route', async () => {
  const status = encodeStatus({ name: 'E', args: [], stacks: [], executor: 'K', description: 'E()' })
  const plain = await ask(
    topology(async (r) => r.answer({ role: 'executor', data: null, parameters: null, status, routes: [] })),
    { exec_endpoint: '/x' },
  )
  expect(plain.header.status).toMatchObject({ code: 1, description: 'E()' })
  expect(plain.routes[1]!.status).toMatchObject({ code: 1 })
})

test('a target that is no regular expression rejects; so does what the channel rejects with', async () => {
  const handler = topology(() => Promise.reject(new XserveError('WORKER_DIED', 'gone')))
  expect(handler.call(request({ target_executor: '[' }), detachedContext())).rejects.toMatchObject({
    code: 'BAD_TARGET',
  })
  expect(handler.call(request({}), detachedContext())).rejects.toMatchObject({ code: 'WORKER_DIED' })
})
