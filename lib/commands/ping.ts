/** `xserve ping executor|gateway|flow HOST:PORT`: exit code 0 when it answers, 1 when not. */
import { ping as ask, notesOf } from '../client/ping.ts'
import { addressText } from '../wire/address.ts'
import type { CommandDefinition } from './arguments.ts'
import { PING_OPTIONS, readPingOptions } from './ping-options.ts'

export const ping: CommandDefinition = {
  name: 'ping',
  summary: 'Ask whether an executor, a gateway or a whole Flow answers',
  positionals: [
    { name: 'target', summary: 'executor, gateway, or flow (a dry run through all executors)', required: true },
    {
      name: 'server',
      summary: 'HOST:PORT; grpc://, http:// or ws:// before it, grpcs://, https://, wss:// with TLS',
      required: true,
    },
  ],
  options: PING_OPTIONS,
  examples: [
    `xserve ping gateway localhost:54321`,
    `xserve ping flow localhost:54321 --attempts 30  # waits until the whole Flow answers`,
  ],
  async run(args) {
    const options = readPingOptions(args)
    const result = await ask(options)
    const { attempts, ms, failedChanges, failing, error } = result
    const [target, address] = [options.target, addressText(options.address)]
    const notes = notesOf(result).map((note) => `  ${note}\n`)
    if (args.flag('json')) {
      const told = {
        target,
        address,
        ok: error === null,
        attempts,
        ms: ms === null ? null : Number(ms.toFixed(1)),
        ...(isEmpty(failedChanges) ? {} : { failedChanges }),
        ...(isEmpty(failing) ? {} : { failing }),
        ...(error ? { code: error.code, message: error.message } : {}),
      }
      await Bun.write(Bun.stdout, `${JSON.stringify(told)}\n`)
    } else if (error === null) {
      await Bun.write(Bun.stdout, `${target} at ${address} answers (${ms?.toFixed(1)} ms)\n${notes.join('')}`)
    } else {
      if (error.details.hint) notes.unshift(`  ${error.details.hint}\n`)
      const what = `${target} at ${address} does not answer: ${error.message} [${error.code}]\n`
      await Bun.write(Bun.stderr, what + notes.join(''))
    }
    return error === null ? 0 : 1
  },
}

const isEmpty = (notes: object): boolean => Object.keys(notes).length === 0
