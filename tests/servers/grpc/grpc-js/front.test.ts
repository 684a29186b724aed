import { grpcFrontContract } from '../../../contract/grpc-front.ts'
import { startGrpcJsFront } from './front.ts'

grpcFrontContract('grpc-js front', startGrpcJsFront)
