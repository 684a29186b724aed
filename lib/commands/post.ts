/** `xserve post HOST:PORT`: sends documents, prints the answers. */
import { send } from '../client/send.ts'
import type { CommandDefinition } from './arguments.ts'
import { POST_OPTIONS, readPostOptions } from './post-options.ts'

export const post: CommandDefinition = {
  name: 'post',
  summary: 'Send documents to an endpoint and print the answers',
  positionals: [
    {
      name: 'server',
      summary: 'HOST:PORT; grpc://, http:// or ws:// before it, grpcs://, https://, wss:// with TLS',
      required: false,
    },
  ],
  options: POST_OPTIONS,
  examples: [
    `xserve post localhost:54321 --text Ada --text Grace`,
    `xserve post localhost:54321 --on /search --input people.jsonl --parameters '{"top_k": 5}'`,
    `xserve post http://localhost:8080 --input 'img/*.png' --show summary`,
    `xserve post localhost:54321 --on /tokens --streaming --text hi  # documents as they come`,
    `echo '{"text": "Ada"}' | xserve post localhost:54321 --input -`,
  ],
  async run(args) {
    const debug = args.flag('debug') ?? false
    return (await send(readPostOptions(args, debug))) ? 0 : 1
  },
}
