/** Picks the command, parses its options, shows help, turns what happens into an exit code. */

import { XserveError } from '../errors.ts'
import { VERSION } from '../flow/version.ts'
import { nearest } from '../nearest.ts'
import { type CommandDefinition, parseArguments } from './arguments.ts'
import { showsColours } from './colours.ts'
import { exit, printError } from './exit.ts'
import { commandHelp, programHelp } from './help.ts'
import { guessLogFormat, readLogFormat, readLogLevel } from './log-format.ts'

interface Command {
  /** A line of the program's help. */
  readonly summary: string
  load(): Promise<CommandDefinition>
}

/** Loaded only when asked for: a command pays for no other. */
const COMMANDS: Readonly<Record<string, Command>> = {
  new: { summary: 'Begin a project: an executor, a Flow, types', load: async () => (await import('./new.ts')).create },
  run: { summary: 'Serve one executor behind a gateway', load: async () => (await import('./run.ts')).run },
  flow: { summary: 'Serve a Flow: executors of a YAML file', load: async () => (await import('./flow.ts')).flow },
  check: { summary: 'Check a YAML file, start nothing', load: async () => (await import('./check.ts')).check },
  graph: { summary: "Draw a Flow's graph in the terminal", load: async () => (await import('./graph.ts')).graph },
  build: {
    summary: 'Build a container image of an executor',
    load: async () => (await import('./build.ts')).build,
  },
  export: {
    summary: 'Write a Flow for Kubernetes or Docker Compose, a Dockerfile, a picture, a schema',
    load: async () => (await import('./export.ts')).exportCommand,
  },
  executor: {
    summary: 'Serve a shared executor, without a gateway',
    load: async () => (await import('./executor.ts')).executor,
  },
  gateway: {
    summary: 'Serve the gateway of a Flow whose executors run elsewhere',
    load: async () => (await import('./gateway.ts')).gateway,
  },
  script: {
    summary: 'Run a TypeScript program that uses the SDK',
    load: async () => (await import('./script.ts')).script,
  },
  post: { summary: 'Send documents and print the answers', load: async () => (await import('./post.ts')).post },
  ping: { summary: 'Ask whether a server answers', load: async () => (await import('./ping.ts')).ping },
  types: { summary: "Write the SDK's types, for editors", load: async () => (await import('./types.ts')).types },
}

export async function main(argv: readonly string[]): Promise<void> {
  const debug = argv.includes('--debug')
  try {
    const code = await dispatch(argv)
    if (code !== null) exit(code)
  } catch (error) {
    exit(printError(error, debug, guessLogFormat(argv)))
  }
}

async function dispatch(argv: readonly string[]): Promise<number | null> {
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const about = name === 'help' ? rest.find((word) => !word.startsWith('-')) : undefined
    await print(about === undefined ? programHelp(COMMANDS) : commandHelp(await find(about).load()))
    return 0
  }
  if (name === '--version' || name === '-v' || name === 'version') {
    await print(VERSION)
    return 0
  }
  if (name === '--version-full' || name === '-vf') {
    await print(`xserve ${VERSION}\nbun ${Bun.version}\nplatform ${process.platform} ${process.arch}`)
    return 0
  }
  const definition = await find(name).load()
  const file = definition.rest ? rest.findIndex((word) => !word.startsWith('-')) : -1
  const own = file === -1 ? rest : rest.slice(0, file)
  if (own.includes('--help') || own.includes('-h')) {
    await print(commandHelp(definition))
    return 0
  }
  const args = parseArguments(definition, rest)
  // What every command takes is checked for every command, whether it logs or not.
  readLogFormat(args)
  readLogLevel(args)
  return definition.run(args)
}

/** Throws XserveError UNKNOWN_COMMAND. */
function find(name: string): Command {
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name]!
  const guess = nearest(name, Object.keys(COMMANDS))
  const list = `commands: ${Object.keys(COMMANDS).join(', ')}`
  throw new XserveError('UNKNOWN_COMMAND', `unknown command ${JSON.stringify(name)}`, {
    hint: guess === undefined ? list : `did you mean ${guess}? ${list}`,
  })
}

async function print(text: string | Promise<string>): Promise<void> {
  await Bun.write(Bun.stdout, `${showsColours(process.stdout) ? await text : Bun.stripANSI(await text)}\n`)
}
