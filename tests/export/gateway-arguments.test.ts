/** A gateway in a container does what the Flow does here: its arguments, read by the program itself, are the plan again. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseArguments } from '../../lib/commands/arguments.ts'
import { gateway } from '../../lib/commands/gateway.ts'
import { readGraphOptions } from '../../lib/commands/graph-options.ts'
import { gatewayArguments, type Reached } from '../../lib/export/gateway-arguments.ts'
import { planGateway } from '../../lib/plan/gateway.ts'
import type { FlowPlan } from '../../lib/plan/plan.ts'
import { type AnyExecutor, planOf } from './plans.ts'

const place = (plan: FlowPlan, more = {}) => ({
  listeners: plan.gateway.listeners,
  monitoringPort: null,
  reached: new Map<string, Reached>(
    plan.deployments.map(({ name, shards, usesBefore, usesAfter }) => [
      name,
      {
        shards: Array.from({ length: shards }, (_, shard) => [`grpc://${name}-${shard}:8080`]),
        before: usesBefore ? [`grpc://${name}-before:8080`] : [],
        after: usesAfter ? [`grpc://${name}-after:8080`] : [],
      },
    ]),
  ),
  tls: null,
  isCustom: false,
  ...more,
})
const argumentsOf = (plan: FlowPlan, more = {}) => gatewayArguments(plan, place(plan, more))
const readBack = (args: readonly string[]): FlowPlan =>
  planGateway(readGraphOptions(parseArguments(gateway, args.slice(1))))

describe('gatewayArguments()', () => {
  test('any graph is read as it was: order of branches, ends, conditions, floating, settings', async () => {
    const item = fc.record({
      needs: fc.uniqueArray(fc.nat(5), { maxLength: 3 }),
      floating: fc.boolean(),
      noReduce: fc.boolean(),
      when: fc.option(fc.constant({ tags__x: { $gt: 1 } })),
      shards: fc.integer({ min: 1, max: 3 }),
      polling: fc.constantFrom('any', 'all', { '/a': 'all', '*': 'any' }),
      timeoutSend: fc.option(fc.nat(5000)),
      retries: fc.option(fc.nat(5)),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 6 }), async (items) => {
        const executors = items.map(({ needs, when, timeoutSend, retries, ...rest }, index): AnyExecutor => {
          const before = [...new Set(needs.map((need) => need % (index + 1)))].map((need) =>
            need === index ? 'gateway' : `e${need}`,
          )
          return {
            ...rest,
            name: `e${index}`,
            uses: 'docker://a',
            needs: before.length === 0 ? 'gateway' : before,
            floating: rest.floating && index > 0,
            ...(when ? { when } : {}),
            ...(timeoutSend === null ? {} : { timeoutSend }),
            ...(retries === null ? {} : { retries }),
          }
        })
        const plan = await planOf(executors).catch(() => null)
        fc.pre(plan !== null)
        const again = readBack(argumentsOf(plan!))
        const byName = (one: FlowPlan) =>
          new Map(one.graph.nodes.map(({ floating, ...node }) => [node.name, { ...node, needs: [...node.needs] }]))
        expect(byName(again)).toEqual(byName(plan!))
        expect(again.graph.ends).toEqual(plan!.graph.ends)
        for (const one of plan!.deployments) {
          const read = again.deployments.find(({ name }) => name === one.name)!
          expect(read).toMatchObject({ timeoutSendMs: one.timeoutSendMs, retries: one.retries, shards: one.shards })
          if (one.shards > 1) expect(read.polling).toEqual(one.polling)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('executors around shards, metadata, addresses', async () => {
    const plan = await planOf([
      {
        name: 'index',
        uses: 'docker://a',
        shards: 2,
        usesBefore: 'docker://b',
        usesAfter: 'docker://c',
        grpcMetadata: { authorization: 'x' },
      },
    ])
    const [index] = readBack(argumentsOf(plan)).deployments
    expect(index).toMatchObject({
      uses: {
        addresses: [
          { host: 'index-0', port: 8080, shard: 0 },
          { host: 'index-1', shard: 1 },
        ],
      },
      usesBefore: { addresses: [{ host: 'index-before', port: 8080, tls: false }] },
      usesAfter: { addresses: [{ host: 'index-after', port: 8080, tls: false }] },
      grpcMetadata: { authorization: 'x' },
    })
  })

  // Public case 108.
  test('listeners, limits, HTTP, TLS; what is as by default is not said', async () => {
    const plan = await planOf([{ uses: 'docker://a' }], {
      protocol: ['grpc', 'http'],
      port: [1, 2],
      timeoutSend: 300,
      retries: 2,
      prefetch: 7,
      title: "It's",
      noCrudEndpoints: true,
      compression: 'gzip',
    })
    const tls = { certificateFile: '/c', keyFile: '/k' }
    const args = argumentsOf(plan, { tls, monitoringPort: 9090 })
    expect(args.slice(1, 7)).toEqual(['--protocol', 'GRPC', 'HTTP', '--port', '1', '2'])
    const rest = args.slice(args.indexOf('--timeout-send')).join(' ')
    expect(rest).toBe(
      "--timeout-send 300 --retries 2 --prefetch 7 --title It's --no-crud-endpoints --ssl-certfile /c --ssl-keyfile /k " +
        '--port-monitoring 9090 --compression Gzip',
    )
    const read = parseArguments(gateway, args.slice(1))
    expect(read.texts('port')).toEqual(['1', '2'])
    expect(
      argumentsOf(await planOf([{ uses: 'docker://a' }], { port: 1 })).filter((word) => word.startsWith('--')),
    ).toEqual(['--protocol', '--port', '--graph-description', '--deployments-addresses'])
  })

  test('a gateway of the user’s own is described in its image', async () => {
    const plan = await planOf([{ uses: 'docker://a' }], { port: 1 })
    expect(argumentsOf(plan, { isCustom: true }).slice(0, 3)).toEqual(['gateway', '--uses', 'config.yml'])
  })
})
