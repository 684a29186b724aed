import { describe, expect, test } from 'bun:test'
import { parseArguments } from '../../lib/commands/arguments.ts'
import { executor } from '../../lib/commands/executor.ts'
import { readExecutorPlan } from '../../lib/commands/executor-plan.ts'
import { commandOf, executorArguments } from '../../lib/export/executor-arguments.ts'
import { fixture } from '../helpers/xserve.ts'
import { planOf } from './plans.ts'

const OTHER = { reference: 'a', kind: 'other' } as const
const PLACE = { port: 8080, monitoringPort: null, shard: null }

describe('executorArguments()', () => {
  test('what our own program makes of them is the plan again', async () => {
    const { deployments } = await planOf([
      {
        name: 'enc',
        uses: 'docker://a',
        shards: 3,
        usesWith: { text: 'it\'s "x" ☃', deep: { a: [1, null] } },
        usesMetas: { name: 'm' },
        usesRequests: { '/foo': 'bar' },
        usesDynamicBatching: { '/foo': { preferredBatchSize: 4, timeout: 200, flushAll: true } },
        exitOnExceptions: ['ValueError', 'KeyError'],
        workspace: '/data',
      },
    ])
    const [plan] = deployments
    const args = executorArguments(plan!, OTHER, { ...PLACE, shard: 1 })
    expect(args[0]).toBe('executor')
    // The image has it as its config.yml: here a file stands for that.
    const told = args.slice(1).map((word) => (word === 'config.yml' ? fixture('my_executor.ts') : word))
    const read = await readExecutorPlan(parseArguments(executor, told), {}, () => {})
    const { uses: _, options: __, ...rest } = plan!
    expect(read.deployments[0]).toMatchObject({ ...rest, shardId: 1 })
  })

  test('options of others in the order of their names, those of containers not at all', async () => {
    const { deployments } = await planOf([
      {
        uses: 'docker://a',
        tracing: true,
        grpcServerOptions: { 'grpc.max_send_message_length': 5 },
        gpus: '1',
        volumes: ['/a:/b'],
        envFromSecret: { A: { name: 's', key: 'k' } },
        pyModules: ['a.py', 'b.py'],
      },
    ])
    const args = executorArguments(deployments[0]!, OTHER, { ...PLACE, monitoringPort: 9090 })
    expect(args.join(' ')).toBe(
      'executor --name executor0 --uses config.yml --port 8080 --py-modules a.py b.py --port-monitoring 9090 ' +
        '--grpc-server-options {"grpc.max_send_message_length":5} --tracing --native',
    )
  })

  test('what only passes on needs no description', async () => {
    const { deployments } = await planOf([{}])
    const image = { reference: 'xserve:1', kind: 'program' } as const
    expect(executorArguments(deployments[0]!, image, PLACE).join(' ')).toBe(
      'executor --name executor0 --uses BaseExecutor --port 8080',
    )
    expect(commandOf(image, {})).toEqual(['xserve'])
  })
})

test('commandOf(): an entrypoint goes before', () => {
  expect(commandOf(OTHER, {})).toEqual(['jina'])
  expect(commandOf({ reference: 'a', kind: 'own' }, {})).toEqual(['xserve'])
  expect(commandOf(OTHER, { entrypoint: '/bin/run --fast' })).toEqual(['/bin/run', '--fast'])
})
