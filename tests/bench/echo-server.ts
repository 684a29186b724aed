/** A program: the least a gRPC server on grpc-js can do, which is to send back the bytes it got. The mark to compare with. */
import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js'
import { STREAM_PATH, UNARY_PATH } from './paths.ts'

const pass = (bytes: Buffer) => bytes
const method = (path: string, streams: boolean) => ({
  path,
  requestStream: streams,
  responseStream: streams,
  requestSerialize: pass,
  requestDeserialize: pass,
  responseSerialize: pass,
  responseDeserialize: pass,
})

const handlers: UntypedServiceImplementation = {
  unary: (call: { request: Buffer }, answer: (error: null, bytes: Buffer) => void) => answer(null, call.request),
  stream: (call: NodeJS.ReadWriteStream) => {
    call.on('data', (bytes: Buffer) => void call.write(bytes))
    call.on('end', () => void call.end())
  },
}

const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 })
server.addService({ unary: method(UNARY_PATH, false), stream: method(STREAM_PATH, true) }, handlers)
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error
  process.stdout.write(`127.0.0.1:${port}\n`)
})
