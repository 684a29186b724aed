import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { Head, parseHead } from '../../../../lib/servers/http/front/request-head.ts'
import { REFUSED } from '../refused-requests.ts'

const parse = (text: string) => parseHead(Buffer.from(text, 'latin1'), 0)

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~A-Za-z0-9-]{1,20}$/)
const value = fc.stringMatching(/^([!-~\x80-\xff]([ \t!-~\x80-\xff]{0,30}[!-~\x80-\xff])?)?$/)
const SPECIAL = /^(host|connection|expect|content-length|transfer-encoding)$/i

describe('parseHead', () => {
  test('any head is read back, and is incomplete wherever it is cut', () => {
    const fields = fc.array(fc.tuple(token, value), { maxLength: 12 })
    fc.assert(
      fc.property(token, fields, fc.nat(), (method, all, cut) => {
        const plain = all.filter(([name]) => !SPECIAL.test(name))
        const lines = plain.map(([name, text]) => `${name}: ${text} \r\n`).join('')
        const text = `${method} /p HTTP/1.1\r\nHost:h\r\n${lines}\r\n`
        const head = parse(`${text}rest`)
        if (!(head instanceof Head)) throw new Error(JSON.stringify(head))
        expect([head.method, head.target, head.end]).toEqual([method, '/p', text.length])
        for (const [name] of plain) {
          const same = plain.filter(([other]) => other.toLowerCase() === name.toLowerCase())
          expect(head.header(name.toLowerCase())).toBe(same.map(([, text]) => text).join(', '))
        }
        expect(parse(text.slice(0, cut % text.length))).toBeNull()
      }),
    )
  })

  test('any bytes: an answer, never an exception', () => {
    const fragments = fc.constantFrom(
      'GET',
      ' ',
      '/',
      'HTTP/1.1',
      '\r\n',
      '\r',
      '\n',
      ':',
      'a',
      'host',
      '\0',
      '\t',
      '\xff',
    )
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 40 }), (parts) => {
        const head = parse(parts.join(''))
        expect(head === null || head instanceof Head || head.status >= 400).toBe(true)
      }),
    )
  })

  test('what is wrong is found before the end is there', () => {
    for (const text of ['\x16\x03', 'GET /\n', 'GET / HTTP/1.1\r\nhost: x\n', 'GET / HTTP/1.1\r\na b']) {
      expect(parse(text)).toMatchObject({ status: 400 })
    }
  })

  test.each(REFUSED.filter(([, status]) => status === 431))('%s', (_name, status, text) => {
    expect(parse(text)).toMatchObject({ status })
  })

  test.each([
    ['HTTP/1.1', '', true],
    ['HTTP/1.1', 'close', false],
    ['HTTP/1.1', 'keep-alive, Close', false],
    ['HTTP/1.0', '', false],
    ['HTTP/1.0', 'Keep-Alive', true],
    ['HTTP/1.0', 'close, keep-alive', false],
  ])('%s with connection "%s" keeps alive: %p', (version, connection, keepAlive) => {
    const head = parse(`GET / ${version}\r\nhost: x\r\nconnection: ${connection}\r\n\r\n`)
    expect((head as Head).keepAlive).toBe(keepAlive)
  })
})
