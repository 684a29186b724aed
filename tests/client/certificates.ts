/** Certificates for tests, made by openssl: an authority and what it signed. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export interface Pair {
  readonly cert: string
  readonly key: string
}

export interface Certificates {
  /** PEM text of the authority. */
  readonly ca: string
  readonly good: Pair
  readonly wrongName: Pair
  readonly expired: Pair
}

function run(folder: string, ...args: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(['openssl', ...args], { cwd: folder })
  if (exitCode !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`)
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

export function makeCertificates(folder: string): Certificates {
  run(
    folder,
    'req',
    '-x509',
    ...KEY,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '9',
    '-subj',
    '/CN=Test Authority',
  )
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8')
  const sign = (name: string, names: string, days: string): Pair => {
    writeFileSync(path.join(folder, `${name}.ext`), `subjectAltName=${names}`)
    run(folder, 'req', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const ca = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${name}.ext`]
    run(folder, 'x509', '-req', '-in', `${name}.csr`, ...ca, '-days', days, '-out', `${name}.pem`)
    return { cert: read(`${name}.pem`), key: read(`${name}.key`) }
  }
  const here = 'DNS:localhost,IP:127.0.0.1'
  return {
    good: sign('good', here, '9'),
    wrongName: sign('wrong', 'DNS:other.example,IP:10.0.0.1', '9'),
    expired: sign('expired', here, '-1'),
    ca: read('ca.pem'),
  }
}
