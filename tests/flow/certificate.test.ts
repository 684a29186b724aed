import { afterAll, describe, expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { XserveError } from '../../lib/errors.ts'
import { readCertificate } from '../../lib/flow/certificate.ts'
import { makeCertificate, openssl } from '../helpers/certificate.ts'
import { temporaryFolder } from '../helpers/xserve.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const at = (name: string) => path.join(folder.path, name)
const good = makeCertificate(folder.path)
const other = makeCertificate(folder.path, 'other')
const expired = makeCertificate(folder.path, 'expired', 0)
const text = (file: string) => readFileSync(file, 'utf8')
function write(name: string, content: string): string {
  writeFileSync(at(name), content)
  return at(name)
}

const failure = (certificate: string, key: string, now?: Date): Promise<XserveError> =>
  readCertificate({ certificateFile: certificate, keyFile: key }, now).then(
    () => {
      throw new Error('it was taken')
    },
    (error) => error,
  )

describe('readCertificate()', () => {
  test('gives both texts, with a chain, with words around them', async () => {
    const pair = await readCertificate({ certificateFile: good.certificate, keyFile: good.key })
    expect(pair).toEqual({ certificate: text(good.certificate), key: text(good.key) })
    const chain = write('chain.pem', `subject=localhost\n${text(good.certificate)}\n${text(other.certificate)}`)
    expect((await readCertificate({ certificateFile: chain, keyFile: good.key })).certificate).toBe(text(chain))
  })

  test('takes RSA and the older form of an EC key', async () => {
    openssl('ec', '-in', good.key, '-out', at('sec1.key'))
    expect(text(at('sec1.key'))).toContain('BEGIN EC PRIVATE KEY')
    expect((await readCertificate({ certificateFile: good.certificate, keyFile: at('sec1.key') })).key).toBe(
      text(at('sec1.key')),
    )
    const rsa = ['-newkey', 'rsa:2048', '-nodes', '-keyout', at('rsa.key'), '-out', at('rsa.pem')]
    openssl('req', '-x509', ...rsa, '-subj', '/CN=localhost')
    expect((await readCertificate({ certificateFile: at('rsa.pem'), keyFile: at('rsa.key') })).key).toBe(
      text(at('rsa.key')),
    )
  })

  test('tells dates with the file', async () => {
    const past = await failure(expired.certificate, expired.key)
    expect(past.code).toBe('BAD_CERTIFICATE')
    expect(past.message).toMatch(/^the certificate of CN=localhost expired on \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(past.details.where).toBe(expired.certificate)
    const early = await failure(good.certificate, good.key, new Date('2001-01-01'))
    expect(early.message).toContain('valid only from 20')
    const late = await failure(good.certificate, good.key, new Date('2999-01-01'))
    expect(late.message).toContain('expired on 20')
  })

  test('an intermediate that has expired is told, too', async () => {
    const chain = write('late-chain.pem', text(good.certificate) + text(expired.certificate))
    expect((await failure(chain, good.key)).message).toContain('expired on')
  })

  test.each([
    ['missing.pem', good.key, 'there is no such file', 'missing.pem'],
    [good.certificate, 'missing.key', 'there is no such file', 'missing.key'],
    [good.key, good.certificate, 'a private key, not a certificate', good.key],
    [good.certificate, other.certificate, 'a certificate, not a private key', other.certificate],
    [good.certificate, other.key, `the key is not that of the certificate in ${good.certificate}`, other.key],
  ])('%s with %s: %s', async (certificate, key, part, where) => {
    const error = await failure(certificate, key)
    expect([error.code, error.details.where]).toEqual(['BAD_CERTIFICATE', where])
    expect(error.message).toContain(part)
  })

  test('what is no PEM, damaged or encrypted is told as that', async () => {
    const junk = write('junk', 'hello')
    const damaged = write('damaged.pem', text(good.certificate).replace(/M[\s\S]{40}/, 'AAAA'))
    const damagedKey = write('damaged.key', text(good.key).replace(/M[\s\S]{20}/, 'AAAA'))
    openssl('pkcs8', '-topk8', '-in', good.key, '-out', at('secret.key'), '-passout', 'pass:x')
    expect((await failure(junk, good.key)).message).toBe('this is no certificate in PEM form')
    expect((await failure(good.certificate, junk)).message).toBe('this is no private key in PEM form')
    expect((await failure(damaged, good.key)).message).toBe('the certificate is damaged')
    expect((await failure(good.certificate, damagedKey)).message).toBe('the private key is damaged')
    const secret = await failure(good.certificate, at('secret.key'))
    expect(secret.message).toBe('the private key is encrypted')
    expect(secret.details.hint).toContain('openssl pkey')
  })
})
