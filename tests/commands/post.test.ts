import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { decodeData } from '../../lib/document/data-content.ts'
import { decodeStruct } from '../../lib/protobuf/struct.ts'
import { failed, freePort, startGrpcServer } from '../client/grpc-server.ts'
import { COMMAND, temporaryFolder, xserve } from '../helpers/xserve.ts'

const docs = (stdout: string) =>
  stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as { id: string; text?: string }]))
const texts = (stdout: string) => docs(stdout).map((doc) => doc.text)

test('prints the answers as JSON lines: texts, an empty document, stdin, a file', async () => {
  using folder = temporaryFolder({ 'in.json': '["a", {"text": "b"}]' })
  await using server = await startGrpcServer()
  const run = async (args: string[], stdin?: string) => {
    const done = await xserve(['post', ...args], stdin === undefined ? {} : { stdin })
    expect([done.code, done.stderr]).toEqual([0, ''])
    return done.stdout
  }
  expect(texts(await run([server.address, '--text', 'a', '--text', 'ü']))).toEqual(['a', 'ü'])
  const empty = docs(await run(['--port', `${server.port}`]))
  expect(empty).toEqual([{ id: expect.stringMatching(/^[0-9a-f]{32}$/) }] as never)
  expect(texts(await run([`grpc://${server.address}`, '--input', '-'], '"a"\n{"text": "b"}\n'))).toEqual(['a', 'b'])
  expect(
    texts(await run(['--host', server.address, '--input', path.join(folder.path, 'in.json'), '--no-stream'])),
  ).toEqual(['a', 'b'])
  expect(server.seen.single).toBe(1)
})

test('sends endpoint, parameters, target, metadata', async () => {
  let seen: unknown
  await using server = await startGrpcServer({
    answer: (request) => {
      seen = [request.endpoint, request.targetExecutor, decodeStruct(request.parameters)]
      return request.encode()
    },
  })
  const args = [
    '--on',
    '/foo',
    '--target-executor',
    'a.*',
    '--parameters',
    '{"a": [1]}',
    '--parameters',
    'b=x',
    '--metadata',
    'key=value',
  ]
  const done = await xserve(['post', server.address, ...args, '--show', 'responses'])
  expect(seen).toEqual(['/foo', 'a.*', { a: [1], b: 'x' }])
  expect(server.metadata()).toMatchObject({ key: 'value' })
  expect(JSON.parse(done.stdout)).toMatchObject({ header: { endpoint: '/foo', status: { code: 0 } }, docs: [{}] })
})

test('an answer that is an error: message on stderr, exit code 1; it can go on', async () => {
  await using server = await startGrpcServer({
    answer: (request) => (decodeData(request.data).texts[0] === 'bad' ? failed(request, 'boom') : request.encode()),
  })
  const args = [
    server.address,
    '--request-size',
    '1',
    '--results-in-order',
    '--text',
    'a',
    '--text',
    'bad',
    '--text',
    'c',
  ]
  const first = await xserve(['post', ...args])
  expect([first.code, texts(first.stdout)]).toEqual([1, ['a']])
  expect(first.stderr).toContain('/code/exec.ts:7:9: MyExec failed: RangeError: boom (document 2)')
  const all = await xserve(['post', ...args, '--continue-on-error'])
  expect([all.code, texts(all.stdout)]).toEqual([1, ['a', 'c']])
  expect(all.stderr).toContain('boom (document 2)')
})

test('a broken line is told with its place, what stands before it is sent', async () => {
  await using server = await startGrpcServer()
  const done = await xserve(['post', server.address, '--input', '-', '--request-size', '1'], {
    stdin: '"a"\n{"text": "b"\n"c"\n',
  })
  expect([done.code, texts(done.stdout)]).toEqual([1, ['a']])
  expect(done.stderr).toContain('stdin:2:13: the JSON ends too soon')
})

test('nobody there: exit code 3 within moments, with the address', async () => {
  const port = freePort()
  const started = performance.now()
  const done = await xserve(['post', '--port', `${port}`, '--text', 'a'])
  expect(done.code).toBe(3)
  expect(done.stderr).toContain(`nobody answers at 127.0.0.1:${port}`)
  expect(performance.now() - started).toBeLessThan(3000)
})

test.each([
  [['ftp://127.0.0.1:5'], 'unknown protocol "ftp"'],
  [['http://127.0.0.1:5', '--protocol', 'grpc'], 'the protocol is given twice: http and grpc'],
  [['127.0.0.1:5', '--ca', '/nowhere.pem'], '--ca /nowhere.pem cannot be read: there is no such file'],
  [['127.0.0.1:5', '--input', '/nowhere/*.png'], '--input /nowhere/*.png matches no file'],
  [['127.0.0.1:5', '--max-attempts', '0'], '--max-attempts must be at least 1'],
  [['127.0.0.1:5', '--backoff-multiplier', 'x'], '--backoff-multiplier must be a number from 1'],
  [['127.0.0.1:5', '--port', '6'], 'the port is given twice: 5 and 6'],
  [[], 'The address is missing'],
  [['127.0.0.1:5', '--text', 'a', '--input', '-'], '--text and --input are both given'],
  [['127.0.0.1:5', '--show', 'all'], '--show must be json, text, summary or responses'],
  [['127.0.0.1:5', '--input', '/nowhere.jsonl'], '--input /nowhere.jsonl cannot be read: there is no such file'],
  [['127.0.0.1:5', '--metadata', 'k=[1]'], '--metadata k must be a text'],
  [['127.0.0.1:5', '--metadata', 'k=ü'], 'metadata "k" cannot be sent'],
  [['127.0.0.1:5', '--prefetch', '-1'], '--prefetch must be at least 0'],
])('usage: %p', async (args, message) => {
  const done = await xserve(['post', ...args])
  expect([done.code, done.stdout]).toEqual([2, ''])
  expect(done.stderr).toContain(message)
})

test.skipIf(process.platform !== 'linux')(
  '100 000 lines of stdin pass in order, with bounded memory, while stdout is read slowly',
  async () => {
    const LINES = 100_000
    await using server = await startGrpcServer()
    const padding = 'x'.repeat(1000)
    let produced = 0
    const input = new ReadableStream<Uint8Array>({
      pull(controller) {
        let chunk = ''
        for (let i = 0; i < 100; i++) chunk += `{"text":"${produced++} ${padding}"}\n`
        controller.enqueue(Buffer.from(chunk))
        if (produced >= LINES) controller.close()
      },
    })
    const child = Bun.spawn(
      [...COMMAND, 'post', server.address, '--input', '-', '--results-in-order', '--prefetch', '20'],
      {
        stdin: input,
        stdout: 'pipe',
        stderr: 'pipe',
      },
    )
    let lines = 0
    let wrong = 0
    let rest = ''
    let paused = false
    const peaks: number[] = []
    const decoder = new TextDecoder()
    for await (const chunk of child.stdout) {
      if (!paused) {
        // Nobody reads: neither may the input be read to its end.
        paused = true
        await Bun.sleep(300)
        expect(produced).toBeLessThan(LINES / 2)
      }
      peaks.push(peakOf(child.pid))
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = parts.pop()!
      for (const part of parts) if (!part.includes(`"text":"${lines++} x`)) wrong++
    }
    expect([await child.exited, lines, wrong, await new Response(child.stderr).text()]).toEqual([0, LINES, 0, ''])
    // 100 MB went through; the runtime itself takes about 80.
    expect(Math.max(...peaks)).toBeGreaterThan(10)
    expect(Math.max(...peaks)).toBeLessThan(300)
  },
  60_000,
)

/** The kernel's own peak of a process in MiB (getrusage would count the parent's memory at the fork, too); 0 once it has ended. */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

test('a reader that leaves ends it quietly with 0', async () => {
  await using server = await startGrpcServer()
  const child = Bun.spawn([...COMMAND, 'post', server.address, '--input', '-'], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const write = async () => {
    try {
      for (;;) {
        child.stdin.write(`"${'x'.repeat(1000)}"\n`.repeat(100))
        await child.stdin.flush()
      }
    } catch {
      // It has ended.
    }
  }
  const writing = write()
  const reader = child.stdout.getReader()
  await reader.read()
  await reader.cancel()
  expect([await child.exited, await new Response(child.stderr).text()]).toEqual([0, ''])
  await writing
}, 20_000)
