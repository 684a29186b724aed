/** `xserve post` waits without working: whatever the other side does, a waiting command takes no CPU. */
import { expect, test } from 'bun:test'
import { closeSync, openSync } from 'node:fs'
import { startGrpcServer } from '../client/grpc-server.ts'
import { startWebServer } from '../client/web-server.ts'
import { COMMAND } from '../helpers/xserve.ts'

/** Starting takes about a tenth of a second; spinning would take all there is. */
const MOST_CPU_MS = 700
const WAIT_MS = 1500

function post(
  args: readonly string[],
  options: { stdin?: 'pipe' | 'ignore' | Blob; stdout?: 'pipe' | 'ignore' | number } = {},
) {
  return Bun.spawn([...COMMAND, 'post', ...args], {
    stdin: options.stdin ?? 'ignore',
    stdout: options.stdout ?? 'ignore',
    stderr: 'pipe',
    env: { ...process.env, NO_COLOR: '1' },
  })
}

/** CPU milliseconds of a child when it has ended, by itself or since it is told to. */
async function cpuOf(child: ReturnType<typeof post>, wait = WAIT_MS): Promise<number> {
  const timer = setTimeout(() => child.kill('SIGKILL'), wait)
  await child.exited
  clearTimeout(timer)
  const { cpuTime } = child.resourceUsage()!
  return Number(cpuTime.total) / 1000
}

const start = { grpc: startGrpcServer, http: startWebServer, ws: startWebServer }
const silent = {
  answer: () => new Promise<never>(() => {}),
  post: () => new Promise<never>(() => {}),
  frame: () => new Promise<never>(() => {}),
}
const schemes = ['grpc', 'http', 'ws'] as const

test.each(schemes)('%s: a server that never answers, with --prefetch 1 and more input than that', async (scheme) => {
  await using server = await start[scheme](silent)
  const stdin = new Blob(['"a"\n'.repeat(10_000)])
  const child = post([`${scheme}://${server.address}`, '--input', '-', '--prefetch', '1', '--request-size', '1'], {
    stdin,
  })
  expect(await cpuOf(child)).toBeLessThan(MOST_CPU_MS)
})

test.each(schemes)('%s: a stdin that says nothing', async (scheme) => {
  await using server = await start[scheme]()
  const child = post([`${scheme}://${server.address}`, '--input', '-'], { stdin: 'pipe' })
  expect(await cpuOf(child)).toBeLessThan(MOST_CPU_MS)
})

test.each(schemes)('%s: a stdin that is empty ends at once', async (scheme) => {
  await using server = await start[scheme]()
  const child = post([`${scheme}://${server.address}`, '--input', '-'])
  expect(await cpuOf(child, 10_000)).toBeLessThan(MOST_CPU_MS)
  expect(child.exitCode).toBe(0)
})

test.each(schemes)('%s: nobody reads stdout', async (scheme) => {
  await using server = await start[scheme]()
  const stdin = new Blob([`"${'x'.repeat(1000)}"\n`.repeat(2000)])
  const child = post([`${scheme}://${server.address}`, '--input', '-', '--prefetch', '2'], { stdin, stdout: 'pipe' })
  expect(await cpuOf(child)).toBeLessThan(MOST_CPU_MS)
})

test.skipIf(process.platform !== 'linux').each(schemes)('%s: stdout is full or closed', async (scheme) => {
  await using server = await start[scheme]()
  const full = openSync('/dev/full', 'w')
  const child = post([`${scheme}://${server.address}`, '--text', 'a'], { stdout: full })
  closeSync(full)
  expect(await cpuOf(child, 10_000)).toBeLessThan(MOST_CPU_MS)
  expect(child.exitCode).not.toBe(0)
  const command = [...COMMAND, 'post', `${scheme}://${server.address}`, '--text', 'a']
    .map((word) => `'${word}'`)
    .join(' ')
  const shell = Bun.spawn(['sh', '-c', `exec ${command} >&-`], { stderr: 'ignore' })
  const timer = setTimeout(() => shell.kill('SIGKILL'), 10_000)
  await shell.exited
  clearTimeout(timer)
  expect(shell.signalCode).toBeNull()
  expect(Number(shell.resourceUsage()!.cpuTime.total) / 1000).toBeLessThan(MOST_CPU_MS)
})

test.each(schemes)('%s: a server that vanishes in the middle ends it with 1', async (scheme) => {
  let answered = 0
  let vanish = () => {}
  const next = () => {
    if (++answered === 3) vanish()
  }
  await using server = await start[scheme]({
    answer: (request) => {
      next()
      return request.encode()
    },
    post: (body) => {
      next()
      return Response.json({ header: {}, data: body.data })
    },
    frame: (request) => {
      next()
      return request.encode()
    },
  })
  vanish = () => void ('kill' in server ? server.kill() : server.stop())
  const stdin = new Blob(['"a"\n'.repeat(1000)])
  const child = post([`${scheme}://${server.address}`, '--input', '-', '--prefetch', '1', '--request-size', '1'], {
    stdin,
  })
  expect(await cpuOf(child, 10_000)).toBeLessThan(MOST_CPU_MS)
  expect([child.exitCode, await new Response(child.stderr).text()]).toEqual([1, expect.stringContaining('UNAVAILABLE')])
})
