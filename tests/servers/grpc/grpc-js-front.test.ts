import { startGrpcJsFront } from '../../../lib/servers/grpc/grpc-js-front.ts'
import { grpcFrontContract } from '../../contract/grpc-front.ts'

grpcFrontContract('grpc-js front', startGrpcJsFront)
