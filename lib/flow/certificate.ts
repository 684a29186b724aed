/** Reads the certificate and the key of a server, and finds at start what callers would else find out one by one. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { whyUnreadable } from '../config/unreadable.ts'
import { XserveError } from '../errors.ts'
import type { TlsFiles } from '../plan/plan.ts'
import type { TlsOptions } from '../wire/call.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/

/** Rejects with XserveError BAD_CERTIFICATE: unreadable, no PEM, expired or not valid yet, a key of another certificate. */
export async function readCertificate(
  { certificateFile, keyFile, callersFile }: TlsFiles,
  now: Date = new Date(),
): Promise<TlsOptions> {
  const [certificate, key, callerAuthorities] = await Promise.all([
    readText(certificateFile, 'certificate'),
    readText(keyFile, 'private key'),
    callersFile === undefined ? undefined : readText(callersFile, 'certificate of authorities'),
  ])
  const chain = readChain(certificate, certificateFile)
  const privateKey = readKey(key, keyFile)
  if (!chain[0].checkPrivateKey(privateKey)) {
    throw bad(
      `the key is not that of the certificate in ${certificateFile}`,
      keyFile,
      'give the two that were made together',
    )
  }
  for (const one of chain) checkDates(one, certificateFile, now)
  if (callersFile === undefined || callerAuthorities === undefined) return { certificate, key }
  for (const one of readChain(callerAuthorities, callersFile)) checkDates(one, callersFile, now)
  return { certificate, key, callerAuthorities }
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw bad(`the ${what} cannot be read: ${whyUnreadable(file, error)}`, file, undefined, error)
  }
}

function readChain(text: string, file: string): [X509Certificate, ...X509Certificate[]] {
  const [first, ...others] = text.match(CERTIFICATE) ?? []
  if (first === undefined) {
    if (PRIVATE_KEY.test(text)) throw bad('this is a private key, not a certificate', file, 'swap the two files')
    throw bad('this is no certificate in PEM form', file, 'it begins with -----BEGIN CERTIFICATE-----')
  }
  const parse = (pem: string) => {
    try {
      return new X509Certificate(pem)
    } catch (error) {
      throw bad('the certificate is damaged', file, undefined, error)
    }
  }
  return [parse(first), ...others.map(parse)]
}

function readKey(text: string, file: string): KeyObject {
  if (!PRIVATE_KEY.test(text)) {
    if (text.includes('BEGIN CERTIFICATE'))
      throw bad('this is a certificate, not a private key', file, 'swap the two files')
    throw bad('this is no private key in PEM form', file, 'it begins with -----BEGIN PRIVATE KEY-----')
  }
  if (/BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(text)) {
    throw bad('the private key is encrypted', file, `openssl pkey -in ${file} -out plain.pem takes the passphrase off`)
  }
  try {
    return createPrivateKey(text)
  } catch (error) {
    throw bad('the private key is damaged', file, undefined, error)
  }
}

function checkDates(certificate: X509Certificate, file: string, now: Date): void {
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)]
  const whose = subjectOf(certificate)
  if (now >= to) throw bad(`the certificate of ${whose} expired on ${dateText(to)}`, file, 'renew it')
  if (now < from)
    throw bad(
      `the certificate of ${whose} is valid only from ${dateText(from)}`,
      file,
      'is the clock of this machine right?',
    )
}

const subjectOf = ({ subject, serialNumber }: X509Certificate): string =>
  subject?.replaceAll('\n', ', ') || `number ${serialNumber}`

const dateText = (date: Date): string => date.toISOString().replace('.000Z', 'Z')

function bad(message: string, where: string, hint?: string, cause?: unknown): XserveError {
  return new XserveError('BAD_CERTIFICATE', message, { where, hint, cause })
}
