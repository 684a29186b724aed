import { startHttp2Front } from '../../../../lib/servers/grpc/http2/start.ts'
import { grpcFrontContract } from '../../../contract/grpc-front.ts'

grpcFrontContract('own front', startHttp2Front)
