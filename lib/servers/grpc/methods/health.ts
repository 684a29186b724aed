/** grpc.health.v1.Health: Check asks once, Watch is told of every change. */
import { XserveError } from '../../../errors.ts'
import type { Health } from '../health.ts'
import { encodeHealth, readHealthRequest, SERVICE_UNKNOWN } from '../messages.ts'
import type { GrpcMethod, GrpcReader, GrpcSink } from '../method.ts'

/** A service that is not there: NOT_FOUND, as the health protocol says. */
export function checkMethod(health: Health): GrpcMethod {
  return {
    kind: 'unary',
    handle(bytes) {
      const service = readHealthRequest(bytes)
      const status = health.status(service)
      if (status === undefined) throw new XserveError('UNKNOWN_SERVICE', `this server has no service '${service}'`)
      return encodeHealth(status)
    },
  }
}

/** A service that is not there: SERVICE_UNKNOWN, and the watch stays open. */
export function watchMethod(health: Health): GrpcMethod {
  return {
    kind: 'stream',
    open(sink, call) {
      let stop: (() => void) | undefined
      call.onCancel(() => stop?.())
      return watchReader(sink, (service) => {
        sink.write(encodeHealth(health.status(service) ?? SERVICE_UNKNOWN))
        stop = health.watch(service, {
          changed: (next) => sink.write(encodeHealth(next)),
          closed: () => sink.fail(new XserveError('DRAINING', 'the server is stopping')),
        })
      })
    },
  }
}

function watchReader(sink: GrpcSink, begin: (service: string) => void): GrpcReader {
  let begun = false
  return {
    message(bytes) {
      if (begun) return
      const service = readHealthRequest(bytes)
      begun = true
      begin(service)
    },
    end() {
      if (!begun) sink.fail(new XserveError('BAD_REQUEST', 'Watch needs one HealthCheckRequest, none came'))
    },
  }
}
