/** `xserve ping executor|gateway|flow HOST:PORT`: exit code 0 when it answers, 1 when not. */
import { ping as ask, notesOf, PING_TARGETS, type PingOptions, type PingTarget } from '../client/ping.ts'
import { XserveError } from '../errors.ts'
import { addressText, resolveAddress } from '../wire/address.ts'
import type { Args, CommandDefinition } from './arguments.ts'
import { CALLER_TLS_OPTIONS, readCallerTls } from './caller-tls.ts'

const TIMEOUT_MS = 3000

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
  options: [
    {
      name: 'attempts',
      type: 'integer',
      value: 'N',
      summary: 'Ask so often until it answers',
      preset: '1',
      also: ['retries'],
    },
    { name: 'timeout', type: 'integer', value: 'MS', summary: 'Time for each attempt', preset: `${TIMEOUT_MS}` },
    ...CALLER_TLS_OPTIONS,
    { name: 'json', type: 'flag', summary: 'The result as JSON on stdout' },
  ],
  examples: [
    `xserve ping gateway localhost:54321`,
    `xserve ping flow localhost:54321 --attempts 30  # waits until the whole Flow answers`,
  ],
  async run(args) {
    const options = readOptions(args)
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

function readOptions(args: Args): PingOptions {
  const target = args.positional(0)
  // Probes that Jina writes for heads have more in this word: `HOST:PORT - --timeout MS`.
  const server = args.positional(1)?.split(' - ')[0]
  if (!isTarget(target)) {
    const what = target === undefined ? 'ping what?' : `cannot ping ${JSON.stringify(target)}`
    throw new XserveError('BAD_ARGUMENT', what, {
      hint: 'for example: xserve ping gateway HOST:PORT; or executor, or flow',
    })
  }
  const tls = readCallerTls(args)
  return {
    target,
    address: resolveAddress({ host: server }, { tls: tls && true }),
    tls,
    attempts: args.integer('attempts', 1) ?? 1,
    timeoutMs: args.integer('timeout', 1) ?? TIMEOUT_MS,
  }
}

const isTarget = (text: string | undefined): text is PingTarget =>
  (PING_TARGETS as readonly (string | undefined)[]).includes(text)

const isEmpty = (notes: object): boolean => Object.keys(notes).length === 0
