/** Starts that fail: each tells what, where and why, ends with its exit code, and leaves nothing behind. */
import { expect, test } from 'bun:test'
import { broken, fixture, startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'

const HEAD = "import { Executor, requests } from 'xserve'\n"
const OURS = /\/lib\/|\$bunfs|node:internal/

async function failingStart(files: Record<string, string>, file: string, ...args: string[]) {
  using folder = temporaryFolder(files)
  const done = await xserve(['run', file, '--port', '0', ...args], { cwd: folder.path })
  expect(done.stdout).toBe('')
  expect(done.stderr).not.toMatch(OURS)
  return done
}

test('a missing file is told with what is there', async () => {
  const done = await failingStart({ 'exec.ts': '' }, 'exce.ts')
  expect(done.code).toBe(2)
  expect(done.stderr).toContain('there is no file exce.ts')
  expect(done.stderr).toContain('exec.ts')
})

test('a syntax error is told with file, line, column and the line', async () => {
  const done = await failingStart(
    { 'exec.ts': `${HEAD}export default class A extends Executor {\n  foo( {\n}\n` },
    'exec.ts',
  )
  expect(done.code).toBe(1)
  expect(done.stderr).toMatch(/exec\.ts:\d+:\d+/)
  expect(done.stderr).toContain('[MODULE_FAILED]')
})

test('an import that is not found is told with its name and place', async () => {
  const done = await failingStart(
    { 'exec.ts': `${HEAD}import { x } from './nowhere.ts'\nexport default class A extends Executor { value = x }\n` },
    'exec.ts',
  )
  expect(done.code).toBe(1)
  expect(done.stderr).toContain('./nowhere.ts')
  expect(done.stderr).toMatch(/exec\.ts:2/)
})

test('a module that throws is told with the position of the throw', async () => {
  const done = await failingStart({ 'exec.ts': `${HEAD}\nthrow new TypeError('at load')\n` }, 'exec.ts')
  expect(done.code).toBe(1)
  expect(done.stderr).toContain('at load')
  expect(done.stderr).toMatch(/exec\.ts:3:\d+/)
})

test('a file without an executor is told with what it exports', async () => {
  const done = await failingStart({ 'exec.ts': 'export const answer = 42\n' }, 'exec.ts')
  expect(done.code).toBe(2)
  expect(done.stderr).toContain('[NO_EXECUTOR]')
  expect(done.stderr).toContain('answer')
})

test('several executors are told by name, and one can be chosen', async () => {
  const text = `${HEAD}export class A extends Executor {}\nexport class B extends Executor {}\n`
  const done = await failingStart({ 'exec.ts': text }, 'exec.ts')
  expect(done.code).toBe(2)
  expect(done.stderr).toContain('[AMBIGUOUS_EXECUTOR]')
  expect(done.stderr).toMatch(/\bA\b.*\bB\b/)
  using folder = temporaryFolder({ 'exec.ts': text })
  await using server = await startServer('run', ['exec.ts#B'], { cwd: folder.path })
  expect(server.stderr()).toContain('B is ready')
})

// Public case 86.
test.each([
  ['constructor', 'constructor() { super(); throw new RangeError("too big") }'],
  ['init', 'async init() { throw new RangeError("too big") }'],
])('a %s that throws is told with the position in the user’s file', async (_, member) => {
  const done = await failingStart(
    { 'exec.ts': `${HEAD}export default class A extends Executor {\n  ${member}\n}\n` },
    'exec.ts',
  )
  expect(done.code).toBe(1)
  expect(done.stderr).toContain('too big')
  expect(done.stderr).toMatch(/exec\.ts:3:\d+/)
  expect(done.stderr).toContain('[START_FAILED]')
})

// Public case 91.
test('an init that hangs ends with --timeout-ready', async () => {
  const text = `${HEAD}export default class A extends Executor {\n  init() { return new Promise<void>(() => { setInterval(() => {}, 1000) }) }\n}\n`
  const done = await failingStart({ 'exec.ts': text }, 'exec.ts', '--timeout-ready', '300')
  expect(done.code).toBe(1)
  expect(done.stderr).toContain('not ready after 300 ms')
})

test('an init that blocks the process ends with --timeout-ready, too', async () => {
  const done = await failingStart(
    { 'exec.ts': `${HEAD}export default class A extends Executor {\n  init() { for (;;); }\n}\n` },
    'exec.ts',
    '--timeout-ready',
    '300',
  )
  expect(done.code).toBe(1)
  expect(done.stderr).toContain('not ready after 300 ms')
})

test('a module that ends the process is told as that', async () => {
  const done = await failingStart({ 'exec.ts': `${HEAD}process.exit(7)\n` }, 'exec.ts')
  expect(done.code).toBe(1)
  expect(done.stderr).toContain('exit code 7')
})

test('a port in use is told with its number and the way out, and the worker does not stay', async () => {
  await using server = await startServer('run', [fixture('my_executor.ts')])
  const done = await xserve(['run', fixture('my_executor.ts'), '--port', String(server.port)])
  expect(done.code).toBe(1)
  expect(done.stderr).toContain(String(server.port))
  expect(done.stderr).toContain('[PORT_IN_USE]')
  expect(done.stderr).toContain('--port 0')
})

test.each([
  [['run', 'x.ts', '--prot', '1'], 'did you mean --port?', 2],
  [['rnu', 'x.ts'], 'did you mean run?', 2],
  [['run'], 'The file is missing', 2],
  [['run', 'cli.ts', '--uses-with', '{"a": }'], '--uses-with is no valid JSON', 2],
  [['run', 'cli.ts', '--protocol', 'smoke'], 'smoke', 2],
  [['run', 'cli.ts', '--port', '70000'], 'from 0 to 65535', 2],
  [['run', 'cli.ts', '--name', 'gateway'], 'gateway', 2],
  [['run', 'package.json'], 'no TypeScript', 2],
])('%p is a usage error', async (args, part, code) => {
  const done = await xserve(args)
  expect(done.code).toBe(code)
  expect(done.stderr).toContain(part)
  expect(done.stderr).not.toMatch(OURS)
})

// Public case 128.
test('all mistakes of a command line are told at once', async () => {
  const line = 'run cli.ts --prot 1 --port 70000 --replicas x --protocol smoke --ssl-keyfile k.pem'.split(' ')
  const { code, stderr } = await xserve(line)
  expect(code).toBe(2)
  expect(stderr).toStartWith('error 5 things are wrong:\n  unknown option --prot (did you mean --port?)\n')
  for (const part of [
    '--port must be from 0 to 65535',
    '--replicas must be',
    '"smoke" is not known',
    '--ssl-keyfile is given without --ssl-certfile',
  ])
    expect(stderr).toContain(part)
})

test('--version and --help end with 0 and write to stdout', async () => {
  const version = await xserve(['--version'])
  expect([version.code, version.stderr]).toEqual([0, ''])
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  const full = await xserve(['--version-full'])
  const runtime = `bun ${Bun.version}\nplatform ${process.platform} ${process.arch}`
  expect([full.code, full.stdout]).toEqual([0, `xserve ${version.stdout}${runtime}\n`])
  for (const args of [['--help'], [], ['run', '--help'], ['help', 'post'], ['ping', '-h']]) {
    const done = await xserve(args)
    expect([args, done.code, done.stderr]).toEqual([args, 0, ''])
    expect(done.stdout).toContain('xserve')
  }
})

test('help of every command shows how it is called, and everything that it shows is an option', async () => {
  const { stdout } = await xserve(['help'])
  const commands = [...stdout.matchAll(/^ +([a-z]+) {4}[A-Z]/gm)].map(([, name]) => name!)
  expect(commands).toContain('graph')
  expect(stdout).toMatch(/ 130 +interrupted twice/)
  await Promise.all(
    commands.map(async (command) => {
      const { code, stdout: help } = await xserve([command, '--help'])
      expect([command, code, /[ \t]$/m.test(help.trimEnd()), help.includes('Default')]).toEqual([
        command,
        0,
        false,
        false,
      ])
      const examples = help.slice(help.indexOf('EXAMPLES'))
      expect(examples).toContain(`xserve ${command}`)
      const own = examples.split('\n').filter((line) => line.includes(`xserve ${command} `))
      for (const [, option] of own.join('\n').matchAll(/ (--[a-z-]+)/g))
        if (command !== 'script') expect(help).toMatch(new RegExp(`^ +${option}[= ]`, 'm'))
    }),
  )
})

test.each([
  [['help', 'rnu'], 'did you mean run?', 2],
  [['check'], 'xserve check flow.yml', 2],
  [['build'], 'xserve build my_executor.ts', 2],
  [['export'], 'xserve export kubernetes flow.yml', 2],
  [['check', 'x.yml', '--log-level', 'inf'], 'did you mean info?', 2],
  [['check', 'x.yml', '--log-format', 'xml'], 'is no format', 2],
])('%p says what is missing', async (args, part, code) => {
  const done = await xserve(args)
  expect([done.code, done.stdout]).toEqual([code, ''])
  expect(done.stderr).toContain(part)
})

test('files that fail on purpose are told by position', async () => {
  for (const name of ['syntax-error.ts', 'missing-import.ts']) {
    const done = await xserve(['run', broken(name), '--port', '0'])
    expect([name, done.code]).toEqual([name, 1])
    expect(done.stderr).toMatch(new RegExp(`${name.replace('.', '\\.')}:\\d+:\\d+`))
  }
})

test('--log-format json: everything on stderr is an object a line, readiness, prints of the executor and errors too', async () => {
  using folder = temporaryFolder({
    'exec.ts': `${HEAD}console.error('from | the executor')\nexport default class A extends Executor { @requests foo() {} }\n`,
  })
  const server = await startServer('run', ['exec.ts', '--log-format', 'json'], { cwd: folder.path })
  await server.stop()
  const lines = server
    .stderr()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'info',
      name: 'executor0/rep-0',
      message: 'from | the executor',
      stream: 'stderr',
    }),
  )
  expect(lines).toContainEqual(
    expect.objectContaining({
      event: 'ready',
      addresses: [{ protocol: 'grpc', url: expect.stringMatching(/^grpc:\/\/127\.0\.0\.1:\d+$/) }],
      executors: ['executor0'],
    }),
  )
  const failed = await xserve(['run', 'exce.ts', '--log-format', 'json'], { cwd: folder.path })
  expect(JSON.parse(failed.stderr)).toMatchObject({
    level: 'error',
    code: 'FILE_NOT_FOUND',
    message: expect.any(String),
  })
})
