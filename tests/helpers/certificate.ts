/** Certificates as a user makes them: with openssl, signed by themselves, for localhost. */
import path from 'node:path'

export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

/** `days` 0 makes one that has just expired; `authority` signs it, which else does so itself. */
export function makeCertificate(
  folder: string,
  name = 'server',
  days = 30,
  authority?: CertificateFiles,
): CertificateFiles {
  const certificate = path.join(folder, `${name}.pem`)
  const key = path.join(folder, `${name}.key`)
  const request = path.join(folder, `${name}.csr`)
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  openssl(
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    key,
    ...subject,
    '-out',
    request,
  )
  openssl(
    'x509',
    '-req',
    '-in',
    request,
    ...(authority ? ['-CA', authority.certificate, '-CAkey', authority.key] : ['-key', key]),
    '-copy_extensions',
    'copy',
    '-days',
    String(days),
    '-out',
    certificate,
  )
  return { certificate, key }
}

/** One that may sign others. */
export function makeAuthority(folder: string, name = 'authority'): CertificateFiles {
  const [certificate, key] = [path.join(folder, `${name}.pem`), path.join(folder, `${name}.key`)]
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', certificate]
  openssl('req', '-x509', ...made, '-subj', `/CN=${name}`)
  return { certificate, key }
}

export function openssl(...args: readonly string[]): void {
  const done = Bun.spawnSync(['openssl', ...args], { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  if (done.exitCode !== 0) throw new Error(`openssl ${args[0]} failed: ${done.stderr}`)
}
