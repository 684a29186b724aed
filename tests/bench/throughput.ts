/** Rate and CPU per request through gateway and worker, next to a bare echo: runs alternate, medians are compared. */
import { writeFileSync } from 'node:fs'
import { compare, type Run, type Scale, type Send } from './compare.ts'
import { type Load, loadJson, loadUnary } from './h2load.ts'
import { answeredDocument, framed, jsonRequest, TENSOR_BYTES, tensorRequest, textRequest } from './message.ts'
import { atLeast, atMost, type Measure, measure } from './report.ts'
import type { Served } from './servers.ts'

/** A Jina 3.14 gateway and executor on a machine of two cores: requests per second. */
export const JINA_RATE = 950

/** The answer of one call through the driver. */
async function answerOf(address: string, file: string): Promise<Uint8Array> {
  return Uint8Array.fromBase64((await runProgram('driver', address, file)).answer as string)
}

/** Runs a program of the bench and reads its line. */
export async function runProgram(name: string, ...args: (string | number)[]): Promise<Record<string, unknown>> {
  const driver = Bun.spawn([process.execPath, `${import.meta.dir}/${name}.ts`, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const text = await new Response(driver.stdout).text()
  if ((await driver.exited) !== 0) throw new Error(`${name} ended with ${driver.exitCode}`)
  return JSON.parse(text) as Record<string, unknown>
}

/** Requests as files: bare for the drivers, framed for h2load, and one in JSON. */
export function writeRequests(folder: string) {
  const write = (name: string, bytes: Uint8Array) => {
    writeFileSync(`${folder}/${name}`, bytes)
    writeFileSync(`${folder}/${name}.frame`, framed(bytes))
    return { message: `${folder}/${name}`, frame: `${folder}/${name}.frame` }
  }
  writeFileSync(`${folder}/json`, jsonRequest())
  return {
    text: write('text', textRequest()),
    tensor: write('tensor', tensorRequest()),
    json: `${folder}/json`,
  }
}

export type Requests = ReturnType<typeof writeRequests>

/** As many as Jina's client has under way by default. */
const UNANSWERED = 1000
const STREAMS = 8
/** Streams are long: what they begin with is no measure of them. */
const LONGER = 5

/** A fast wrong answer is worth nothing. */
export async function checkAnswers(binary: Served, requests: Requests): Promise<void> {
  const { text } = answeredDocument(await answerOf(binary.address, requests.text.message))
  if (text !== `${'x'.repeat(100)}!`) throw new Error(`the executor answered ${JSON.stringify(text)}`)
  const { tensor } = answeredDocument(await answerOf(binary.address, requests.tensor.message))
  const bytes = tensor?.dense?.buffer.slice()
  const numbers = bytes && new Float32Array(bytes.buffer)
  if (numbers?.length !== TENSOR_BYTES / 4 || numbers[0] !== 3) throw new Error('the executor answered another tensor')
}

function measuresOf(key: string, name: string, [echo, binary]: readonly Run[], floor: number): Measure[] {
  if (echo === undefined || binary === undefined) throw new Error(`${name} compares two servers`)
  return [
    measure(`${key}.rate`, `${name}: through gateway and worker`, binary.rate, 'req/s'),
    measure(`${key}.echo`, `${name}: bare echo`, echo.rate, 'req/s'),
    measure(`${key}.ratio`, `${name}: ratio`, binary.rate / echo.rate, '×', atLeast(floor)),
    measure(`${key}.jina`, `${name}: multiple of Jina 3.14 (${JINA_RATE} req/s)`, binary.rate / JINA_RATE, '×'),
    measure(`${key}.front`, `${name}: CPU of the bare echo`, echo.frontCpu, 'µs/req'),
    measure(
      `${key}.gateway`,
      `${name}: CPU of the gateway beyond it`,
      binary.frontCpu - echo.frontCpu,
      'µs/req',
      atMost(10),
    ),
    measure(`${key}.worker`, `${name}: CPU of the worker`, binary.workerCpu, 'µs/req', atMost(15)),
  ]
}

export async function measureUnary(binary: Served, echo: Served, requests: Requests, scale: Scale): Promise<Measure[]> {
  const load: Omit<Load, 'requests'> = { connections: 16, streams: 16 }
  const send: Send = ({ address }, count) => loadUnary(address, requests.text.frame, { ...load, requests: count })
  return measuresOf('unary', 'unary', await compare([echo, binary], scale, send), 4)
}

export async function measureStream(
  binary: Served,
  echo: Served,
  requests: Requests,
  scale: Scale,
): Promise<Measure[]> {
  const send: Send = async ({ address }, count) => {
    const { seconds, requests: sent } = await runProgram(
      'stream-load',
      address,
      requests.text.message,
      count,
      STREAMS,
      UNANSWERED / STREAMS,
    )
    return ((seconds as number) / (sent as number)) * count
  }
  const longer = { ...scale, requests: scale.requests * LONGER }
  return measuresOf('stream', 'stream', await compare([echo, binary], longer, send), 0.75)
}

/** `/post` against the least that Bun.serve can do with the same JSON. */
export async function measureHttp(binary: Served, echo: Served, requests: Requests, scale: Scale): Promise<Measure[]> {
  const send: Send = (server, count) =>
    loadJson(`http://${server.http}/post`, requests.json, { connections: 64, streams: 1, requests: count })
  const [bare, own] = (await compare([echo, binary], scale, send)) as [Run, Run]
  return [
    measure('http.rate', 'HTTP /post: through gateway and worker', own.rate, 'req/s'),
    measure('http.echo', 'HTTP /post: bare JSON echo', bare.rate, 'req/s'),
    measure('http.ratio', 'HTTP /post: ratio', own.rate / bare.rate, '×', atLeast(0.7)),
    measure('http.gateway', 'HTTP /post: CPU of the gateway', own.frontCpu, 'µs/req'),
    measure('http.front', 'HTTP /post: CPU of the bare echo', bare.frontCpu, 'µs/req'),
    measure('http.worker', 'HTTP /post: CPU of the worker', own.workerCpu, 'µs/req'),
  ]
}

/** A large message, and as many bytes through a bare relay: what else there is to do with it is to look at it, and the executor. */
export async function measureTensor(
  binary: Served,
  relay: Served,
  requests: Requests,
  scale: Scale,
): Promise<Measure[]> {
  const send: Send = async (server, count) => {
    if (server === binary) {
      return loadUnary(server.address, requests.tensor.frame, { connections: 2, streams: 2, requests: count })
    }
    const found = await runProgram('relay-load', server.address, TENSOR_BYTES, count, 2, 2)
    return ((found.seconds as number) / (found.requests as number)) * count
  }
  const count = Math.ceil(scale.requests / 200)
  const [bare, own] = (await compare([relay, binary], { ...scale, requests: count }, send)) as [Run, Run]
  const megabytes = TENSOR_BYTES / 1e6
  return [
    measure('tensor.rate', '1 MiB tensor, changed: there and back', own.rate * megabytes, 'MB/s'),
    measure('tensor.relay', '1 MiB: bare relay through two processes', bare.rate * megabytes, 'MB/s'),
    measure('tensor.ratio', '1 MiB tensor: ratio', own.rate / bare.rate, '×', atLeast(0.75)),
    measure('tensor.gateway', '1 MiB tensor: CPU of the gateway', own.frontCpu / 1000, 'ms/req'),
    measure('tensor.front', '1 MiB: CPU of the relay', bare.frontCpu / 1000, 'ms/req'),
    measure('tensor.worker', '1 MiB tensor: CPU of the worker', own.workerCpu / 1000, 'ms/req'),
  ]
}
