/** Certificates as a user makes them: with openssl, signed by themselves, for localhost. */
import path from 'node:path'

export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

/** `days` 0 makes one that has just expired. */
export function makeCertificate(folder: string, name = 'server', days = 30): CertificateFiles {
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
    '-key',
    key,
    '-copy_extensions',
    'copy',
    '-days',
    String(days),
    '-out',
    certificate,
  )
  return { certificate, key }
}

export function openssl(...args: readonly string[]): void {
  const done = Bun.spawnSync(['openssl', ...args], { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  if (done.exitCode !== 0) throw new Error(`openssl ${args[0]} failed: ${done.stderr}`)
}
