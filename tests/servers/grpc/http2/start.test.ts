import { afterAll } from 'bun:test'
import { readFileSync } from 'node:fs'
import { credentials } from '@grpc/grpc-js'
import { startHttp2Front } from '../../../../lib/servers/grpc/http2/start.ts'
import type { StartGrpcFront } from '../../../../lib/servers/grpc/method.ts'
import { startHttpFront } from '../../../../lib/servers/http/front/start.ts'
import { createSharedPort } from '../../../../lib/servers/socket/shared-port.ts'
import { grpcFrontContract } from '../../../contract/grpc-front.ts'
import { makeAuthority, makeCertificate } from '../../../helpers/certificate.ts'
import { temporaryFolder } from '../../../helpers/xserve.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const authority = makeAuthority(folder.path)
const [server, caller] = ['server', 'caller'].map((name) => makeCertificate(folder.path, name, 30, authority))
const read = (file: string): Buffer => readFileSync(file)
const trusted = read(authority.certificate)
/** Each end shows a certificate and asks for that of the other. */
const mutual = {
  tls: {
    certificate: read(server!.certificate).toString(),
    key: read(server!.key).toString(),
    callerAuthorities: trusted.toString(),
  },
  credentials: credentials.createSsl(trusted, read(caller!.key), read(caller!.certificate)),
}

/** HTTP at the same port: ALPN tells who is meant. */
const besideHttp: StartGrpcFront = async (methods, options) => {
  const { http1, http2 } = createSharedPort()
  const http = { http: () => ({ status: 200, headers: {}, body: 'plain' }) }
  const [front] = await Promise.all([
    startHttp2Front(methods, { ...options, listen: http2 }),
    startHttpFront(http, { ...options, listen: http1 }),
  ])
  return front
}

grpcFrontContract('own front', startHttp2Front)
grpcFrontContract('own front, mutual TLS', startHttp2Front, mutual)
grpcFrontContract('own front, mutual TLS, beside HTTP', besideHttp, mutual)
