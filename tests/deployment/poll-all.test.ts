import { expect, test } from 'bun:test'
import { type Merging, pollAll } from '../../lib/deployment/poll-all.ts'
import { XserveError } from '../../lib/errors.ts'
import { type CallHandler, detachedContext } from '../../lib/wire/call.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import { encodeStatus } from '../../lib/wire/status.ts'
import { decode, encode } from '../wire/oracle.ts'

const request = Envelope.parse(
  encode('jina.DataRequestProto', {
    header: { request_id: 'r' },
    parameters: { fields: { n: { number_value: 1 } } },
    data: { docs: { docs: [{ id: 'a' }] } },
  }),
)
type Parts = Partial<Parameters<Envelope['answer']>[0]>
const shard = (parts: Parts): CallHandler => ({
  call: async (asked) =>
    asked.answer({ role: 'executor', data: null, parameters: null, status: null, routes: [], ...parts }),
  async *stream() {},
})
const dead: CallHandler = { call: () => Promise.reject(new XserveError('WORKER_DIED', 'gone')), async *stream() {} }
const docs = (list: object[]) => encode('jina.DataRequestProto.DataContentProto', { docs: { docs: list } })
const results = (pod: string) =>
  encode('google.protobuf.Struct', {
    fields: {
      n: { number_value: 1 },
      __results__: { struct_value: { fields: { [pod]: { struct_value: { fields: { x: { number_value: 1 } } } } } } },
    },
  })

async function poll(shards: CallHandler[], warnings: string[] = [], merging: Merging = 'join') {
  const answer = await pollAll(shards, request, detachedContext(), {
    name: 'e',
    merging,
    warn: (text) => warnings.push(text),
  })
  return decode('jina.DataRequestProto', answer.encode()) as {
    data: { docs: { docs: { id: string }[] } }
    parameters: object
    header: object
  }
}

test('documents of all shards are joined by id, in the order of the shards', async () => {
  const plain = await poll([
    shard({ data: docs([{ id: 'a', text: 'left' }]) }),
    shard({ data: docs([{ id: 'b' }, { id: 'a', uri: 'u' }]) }),
  ])
  expect(plain.data.docs.docs).toEqual([{ id: 'a', text: 'left', uri: 'u' } as never, { id: 'b' }])
})

test('untouched documents stay as they came, and results of all shards stand side by side', async () => {
  const plain = await poll([
    shard({ parameters: results('e/shard-0/rep-0') }),
    shard({ parameters: results('e/shard-1/rep-0') }),
  ])
  expect(plain.data.docs.docs).toEqual([{ id: 'a' }])
  expect(JSON.stringify(plain.parameters)).toContain('e/shard-0/rep-0')
  expect(JSON.stringify(plain.parameters)).toContain('e/shard-1/rep-0')
  expect(JSON.stringify(plain.parameters)).toContain('"n"')
})

// Public case 62.
test('a shard that fails is told, the others answer; only when all fail the call does', async () => {
  const status = encodeStatus({ name: 'E', args: [], stacks: [], executor: 'K', description: 'E()' })
  const warnings: string[] = []
  const plain = await poll([dead, shard({ status }), shard({ data: docs([{ id: 'z' }]) })], warnings)
  expect(plain.data.docs.docs).toEqual([{ id: 'z' }])
  expect(warnings).toEqual(['2 shards out of 3 failed'])
  expect(plain.header).toMatchObject({ status: { description: '2 shards out of 3 failed' } })
  expect((await poll([shard({})])).header).not.toHaveProperty('status')
  expect((await poll([dead, shard({ status })])).header).toMatchObject({ status: { code: 1 } })
  expect(poll([dead, dead])).rejects.toMatchObject({ code: 'WORKER_DIED' })
})
