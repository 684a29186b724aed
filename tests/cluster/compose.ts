/** What `xserve export docker-compose` writes, brought up by a real engine: `make cluster`. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { freePort } from '../helpers/free-port.ts'
import { buildImages, mustRun, place, sh, toldBy } from './images.ts'

const at = place()
const PROJECT = `xserve-test-${process.pid}`
const compose = (...words: string[]) =>
  sh('docker', 'compose', '-p', PROJECT, '-f', path.join(at.folder, 'compose.yml'), ...words)
const [grpc, http] = [freePort(), freePort()]

const FLOW = `jtype: Flow
with: {name: demo, protocol: [grpc, http], port: [${grpc}, ${http}]}
executors:
  - {name: index, uses: 'docker://xserve-test-teller:one', shards: 2, polling: ALL, uses_with: {suffix: '!'}, needs: gateway}
  - {name: First, needs: gateway, uses: 'docker://xserve-test-teller:one', replicas: 2, env: {MODE: 'fa$t'}}
  - {name: joiner, needs: [First, index]}
`
let client: Client

beforeAll(async () => {
  await buildImages(at)
  const file = at.write('flow.yml', FLOW)
  await mustRun(['export', 'docker-compose', file, path.join(at.folder, 'compose.yml')])
  await compose('up', '--detach', '--wait')
  client = new Client(`127.0.0.1:${grpc}`)
}, 180_000)

afterAll(async () => {
  client?.close()
  await compose('down', '-v', '-t', '3')
  at[Symbol.dispose]()
}, 60_000)

const ask = async () => (await client.post('/', ['hi'])).texts.map(toldBy)

describe('docker compose up', () => {
  test('the Flow answers through the published ports: branches, shards, variables as they are written', async () => {
    const [answer] = await ask()
    // Branches are joined by id, and the first of needs goes before.
    expect(answer).toMatchObject({ version: 'one', text: expect.stringContaining('hi') })
    const body = JSON.stringify({ data: [{ text: 'hi' }], execEndpoint: '/' })
    const answered = await fetch(`http://127.0.0.1:${http}/post`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect(answered.status).toBe(200)
    const environment = await compose('exec', '-T', 'first-rep-0', 'env')
    expect(environment).toContain('MODE=fa$t\n')
  })

  test('replicas share the calls', async () => {
    const hosts = new Set<string>()
    const seen = await sh('docker', 'ps', '--filter', `name=${PROJECT}-first`, '--format', '{{.ID}}')
    const ids = seen.trim().split('\n')
    expect(ids).toHaveLength(2)
    const direct = await client.post(
      '/',
      Array.from({ length: 20 }, () => 'x'),
      { targetExecutor: 'First', requestSize: 1 },
    )
    for (const text of direct.texts) hosts.add(toldBy(text).host)
    expect([...hosts].sort()).toEqual(ids.map((id) => id.slice(0, 12)).sort())
  })

  test('a replica that is killed is passed over', async () => {
    await sh('docker', 'kill', `${PROJECT}-first-rep-0-1`)
    for (let i = 0; i < 10; i++) expect(await ask()).toHaveLength(1)
  })

  test('the containers have nothing to complain about', async () => {
    const logs = await compose('logs', '--no-color', 'gateway', 'index-0', 'joiner')
    expect(logs).not.toMatch(/\berror\b/i)
    expect(logs).not.toContain('WARN  executor')
  })

  test('down is clean', async () => {
    const began = performance.now()
    await compose('down', '-v')
    // Nobody had to be killed after its time to stop.
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(await sh('docker', 'ps', '-a', '--filter', `name=${PROJECT}`, '--format', '{{.Names}}')).toBe('')
  })
})
