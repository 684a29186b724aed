/** Heads that are compared instead of read: whatever came before, each says what it says by itself. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { readHead } from '../../../../lib/servers/http/front/known-heads.ts'
import { Head, parseHead } from '../../../../lib/servers/http/front/request-head.ts'
import { REFUSED } from '../refused-requests.ts'

const NAMES = ['host', 'content-length', 'content-type', 'connection', 'traceparent', 'x-none']

function told(head: Head | object | null) {
  if (!(head instanceof Head)) return head
  const { method, target, minor, end, contentLength, chunked, keepAlive, expectsContinue, upgrades } = head
  const values = NAMES.map((name) => head.header(name))
  return [
    method,
    target,
    minor,
    end,
    contentLength,
    chunked,
    keepAlive,
    expectsContinue,
    upgrades,
    values,
    head.headers(),
  ]
}

const line = fc.constantFrom(
  'content-length: 5',
  'content-length: 15',
  'Content-Length: 99',
  'content-length: 1x',
  'content-length: 99 ',
  'content-type: application/json',
  'traceparent: 00-a',
  'traceparent: 00-b',
  'connection: close',
  'connection: upgrade',
  'transfer-encoding: chunked',
  'expect: 100-continue',
  'content-lengthy: 7',
)
const request = fc
  .tuple(
    fc.constantFrom('POST /post', 'POST /pose', 'GET /'),
    fc.constantFrom('1.1', '1.0'),
    fc.array(line, { maxLength: 3 }),
  )
  .map(([first, version, lines]) => `${[`${first} HTTP/${version}`, 'host: h', ...lines].join('\r\n')}\r\n\r\n`)

test('heads one behind the other, each several times, are read as by itself', () => {
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 6 }), fc.string({ maxLength: 20 }), (requests, body) => {
      for (let round = 0; round < 12; round++) {
        for (const text of requests) {
          const bytes = Buffer.from(text + body)
          expect(told(readHead(bytes, 0))).toEqual(told(parseHead(bytes, 0)))
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('a known head with a byte changed, cut off or put in is another one', () => {
  const text = 'POST /post HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\nContent-Type: application/json\r\n\r\n'
  const plain = Buffer.from(text)
  const learn = () => {
    for (let i = 0; i < 20; i++) readHead(plain, 0)
  }
  learn()
  fc.assert(
    fc.property(
      fc.nat(text.length - 1),
      fc.nat(255),
      fc.constantFrom('change', 'cut', 'insert', 'end'),
      (at, byte, how) => {
        const rest = how === 'insert' ? plain.subarray(at) : plain.subarray(at + 1)
        const parts = { change: [byte], cut: [], insert: [byte], end: null }[how]
        const bytes =
          parts === null
            ? plain.subarray(0, at)
            : Buffer.concat([plain.subarray(0, at), Buffer.from(parts), rest, Buffer.from('{"data":[]}\r\n\r\n')])
        expect(told(readHead(bytes, 0))).toEqual(told(parseHead(bytes, 0)))
        learn()
      },
    ),
    { numRuns: 2000 },
  )
})

test('what is to be refused is refused every time', () => {
  for (const [, , text] of REFUSED) {
    const bytes = Buffer.from(text, 'latin1')
    for (let i = 0; i < 10; i++) expect(told(readHead(bytes, 0))).toEqual(told(parseHead(bytes, 0)))
  }
})

test('the bytes of a head are those it came with', () => {
  const make = (body: string) =>
    Buffer.from(`POST /mine HTTP/1.1\r\nhost: h\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
  for (let i = 0; i < 40; i++) {
    const bytes = make(`body ${i % 10}`)
    const head = readHead(bytes, 0) as Head
    expect(head.bytes).toBe(bytes)
    expect(head.bytes.toString('utf8', head.end, head.end + head.contentLength)).toBe(`body ${i % 10}`)
  }
})
