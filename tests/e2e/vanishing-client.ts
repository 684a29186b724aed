/** Opens a stream, sends without end, tells of the first answer; its parent kills it then. */
import { Client, credentials } from '@grpc/grpc-js'
import { requestBytes } from '../helpers/grpc.ts'

const same = (bytes: Buffer): Buffer => bytes
const client = new Client(process.argv[2]!, credentials.createInsecure())
const stream = client.makeBidiStreamRequest<Buffer, Buffer>('/jina.JinaRPC/Call', same, same)
stream.once('data', () => console.log('answered'))
stream.on('data', () => send())
const send = () => {
  for (let i = 0; i < 10; i++) stream.write(Buffer.from(requestBytes(i % 2 ? '/slow' : '/', [{ id: 'a' }])))
}
send()
