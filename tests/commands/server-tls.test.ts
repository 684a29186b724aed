/** A certificate and its key belong together; what is missing is told with all else that is wrong. */
import { expect, test } from 'bun:test'
import { type CommandDefinition, parseArguments } from '../../lib/commands/arguments.ts'
import { readServerTls, SERVER_TLS_OPTIONS } from '../../lib/commands/server-tls.ts'

const command: CommandDefinition = {
  name: 'try',
  summary: '',
  positionals: [],
  options: SERVER_TLS_OPTIONS,
  examples: [],
  run: async () => 0,
}
const read = (...tokens: string[]) => readServerTls(parseArguments(command, tokens))

test('none, a pair, a pair and whom it lets in', () => {
  expect(read()).toBeNull()
  const pair = ['--ssl-certfile', 'c.pem', '--ssl-keyfile', 'k.pem']
  expect(read(...pair)).toEqual({ certificateFile: 'c.pem', keyFile: 'k.pem' })
  expect(read(...pair, '--ssl-ca-certs', 'ca.pem')).toEqual({
    certificateFile: 'c.pem',
    keyFile: 'k.pem',
    callersFile: 'ca.pem',
  })
})

test.each([
  [['--ssl-certfile', 'c.pem'], '--ssl-certfile is given without --ssl-keyfile'],
  [['--ssl-keyfile', 'k.pem', '--ssl-ca-certs', 'ca.pem'], '--ssl-keyfile is given without --ssl-certfile'],
  [['--ssl-ca-certs', 'ca.pem'], '--ssl-ca-certs is given without --ssl-certfile'],
])('%p is refused before the command runs', (tokens, message) => {
  expect(() => parseArguments(command, tokens)).toThrow(message)
})
