/** Answers as JSON text: times, and the two spellings beside each other. */
import { expect, test } from 'bun:test'
import { XserveError } from '../../../lib/errors.ts'
import { camelCaseAnswer, failureJson, snakeCaseAnswer, snakeCaseFailure } from '../../../lib/servers/json/answer.ts'
import { requestFromJson } from '../../../lib/servers/json/request.ts'
import { Envelope } from '../../../lib/wire/envelope.ts'
import { encodeStatus } from '../../../lib/wire/status.ts'

const status = encodeStatus({ name: 'E', args: ['a'], stacks: [], executor: 'X', description: 'E: a' })
const request = requestFromJson({ data: [{ id: 'a' }], execEndpoint: '/x', header: { requestId: 'r' } }, null)
const parts = { role: 'gateway', data: null, parameters: null, status } as const
const answer = request.answer({
  ...parts,
  routes: [
    { executor: 'gateway', startMs: 1000, endMs: 2000, status: null },
    { executor: 'x', startMs: 1000, endMs: 0, status },
  ],
})

test.each([
  [1_700_000_000_000, '"2023-11-14T22:13:20.000000Z"'],
  [1_700_000_000_123.456, '"2023-11-14T22:13:20.123456Z"'],
  [1_700_000_000_999.9998, '"2023-11-14T22:13:21.000000Z"'],
  [999.001, '"1970-01-01T00:00:00.999001Z"'],
])('%d is %s', (ms, text) => {
  const timed = { ...parts, routes: [{ executor: 'x', startMs: ms, endMs: 0, status: null }] }
  expect(snakeCaseAnswer(request.answer(timed))).toContain(`"start_time":${text}`)
})

test('both spellings say the same, from the parts and from the bytes', () => {
  const failed = { code: 1, description: 'E: a', exception: { name: 'E', args: ['a'], stacks: [], executor: 'X' } }
  for (const one of [answer, Envelope.parse(answer.encode())]) {
    const camel = JSON.parse(Buffer.from(camelCaseAnswer(one)).toString())
    expect(camel.header).toEqual({ requestId: 'r', status: failed, execEndpoint: '/x', targetExecutor: '' })
    expect(camel.routes[1]).toEqual({
      executor: 'x',
      startTime: '1970-01-01T00:00:01.000000Z',
      endTime: null,
      status: failed,
    })
    const snake = JSON.parse(snakeCaseAnswer(one))
    expect(snake.header).toEqual({ request_id: 'r', status: failed, exec_endpoint: '/x', target_executor: '' })
    expect(snake.routes).toEqual([
      { executor: 'gateway', start_time: '1970-01-01T00:00:01.000000Z', end_time: '1970-01-01T00:00:02.000000Z' },
      { executor: 'x', start_time: '1970-01-01T00:00:01.000000Z', status: failed },
    ])
    expect(snake.data).toEqual(camel.data)
  }
})

test('a failure tells its code, its message and what to do', () => {
  const error = new XserveError('BAD_TARGET', 'no', { hint: 'say yes' })
  expect(JSON.parse(failureJson(error))).toEqual({
    code: 1,
    description: 'no (say yes)',
    exception: { name: 'BAD_TARGET', args: ['no'], stacks: [], executor: '' },
  })
  expect(JSON.parse(snakeCaseFailure(request, error)).routes).toEqual([])
})
