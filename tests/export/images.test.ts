import { describe, expect, test } from 'bun:test'
import { resolveImages } from '../../lib/export/images.ts'
import { fixture } from '../helpers/xserve.ts'
import { exporting, planOf } from './plans.ts'

const ECHO = fixture('my_executor.ts')
const resolve = async (executors: Parameters<typeof planOf>[0], more: Parameters<typeof exporting>[0] = {}) => {
  const options = exporting(more)
  const plan = await planOf(executors)
  const images = resolveImages(plan, { ...options, target: 'kubernetes' })
  return { told: options.told, images: plan.deployments.map(({ uses, name }) => images.of(uses, name)) }
}

describe('resolveImages()', () => {
  test('images as written, the program for what passes on, none for what runs elsewhere', async () => {
    const { images } = await resolve([
      { uses: 'docker://registry.example.com:5000/team/a:2024-01-01' },
      { uses: `docker://acme/b@sha256:${'0'.repeat(64)}` },
      {},
      { external: true, host: 'h', port: 1 },
    ])
    expect(images).toEqual([
      { reference: 'registry.example.com:5000/team/a:2024-01-01', kind: 'other' },
      { reference: `acme/b@sha256:${'0'.repeat(64)}`, kind: 'other' },
      { reference: 'xserve:test', kind: 'program' },
      null,
    ])
  })

  test.each(['jinaai+docker://jina-ai/DummyHub:latest', 'jinahub+docker://jina-ai/DummyHub:latest'])(
    '%s becomes an image, and that is told once',
    async (uses) => {
      const { images, told } = await resolve([{ uses }, { uses }])
      expect(images[0]).toEqual({ reference: 'jina-ai/dummyhub:latest', kind: 'other' })
      expect(told).toEqual([expect.stringContaining('jina-ai/dummyhub:latest')])
    },
  )

  // Public case 117.
  test('names all that are none, and the ways out', async () => {
    const failing = resolve([{ name: 'one', uses: ECHO }, { uses: 'docker://a' }, { name: 'two', uses: ECHO }])
    await expect(failing).rejects.toMatchObject({
      code: 'NOT_CONTAINERIZED',
      message: expect.stringMatching(/one \(my_executor\.ts\), two \(my_executor\.ts\)/),
      details: { hint: expect.stringMatching(/docker:.*--image.*--build/) },
    })
  })

  test('also those around shards', async () => {
    const failing = resolve([{ name: 'e', uses: 'docker://a', usesBefore: ECHO, shards: 2 }])
    await expect(failing).rejects.toThrow('uses_before of e (my_executor.ts)')
  })

  test('an image beside the Flow is one of ours for a module, somebody’s for another', async () => {
    const { images } = await resolve(
      [
        { name: 'a', uses: ECHO },
        { name: 'b', uses: 'docker://old' },
      ],
      {
        images: { a: 'acme/a:1', b: 'acme/b:2' },
      },
    )
    expect(images).toEqual([
      { reference: 'acme/a:1', kind: 'own' },
      { reference: 'acme/b:2', kind: 'other' },
    ])
  })

  test.each<[string, object, string]>([
    ['an executor that is not there', { images: { x: 'a' } }, 'there is no executor x'],
    ['an image that cannot be', { images: { executor0: 'Acme/X' } }, '"Acme/X" names no image'],
    ['a program that cannot be', { program: 'a b' }, '"a b" names no image'],
  ])('refuses %s', async (_, more, message) => {
    await expect(resolve([{ uses: 'docker://a' }], more)).rejects.toThrow(message)
  })

  test('refuses a name in capitals in the Flow, with its executor', async () => {
    await expect(resolve([{ uses: 'docker://Acme/Enc' }])).rejects.toMatchObject({
      code: 'BAD_CONFIG',
      message: 'executor0: "Acme/Enc" names no image',
    })
  })
})
