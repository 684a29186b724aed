/** Announcements that gateways of Jina were seen to take, made from schemas as people write them. */
import { describe, expect, test } from 'bun:test'
import { TextDoc } from '../../../lib/executor/ready-made.ts'
import { type AnnouncementForm, announcement } from '../../../lib/wire/schemas/announce.ts'
import recorded from '../../fixtures/vectors/v2/announcements.json'

const named = (name: string, model: object) => ({ name, model: model as Readonly<Record<string, unknown>> })
const announce = (model: object, form: AnnouncementForm) =>
  (
    announcement(
      ['/x'],
      { '/x': { input: named('Thing', model), output: null, parameters: null } },
      new Set(),
      form,
    ) as {
      '/x': { input: { model: { properties: Record<string, unknown>; required?: string[] } } }
    }
  )['/x'].input.model

const TENSOR = { type: 'array', items: { type: 'number' }, 'tensor/array shape': 'not specified' }
const NULLABLE = { type: null, anyOf: [{ type: 'string' }], default: null }

const thing = {
  title: 'Thing',
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    text: { type: ['string', 'null'], default: null },
    name: { type: 'string', minLength: 1 },
    count: { type: 'integer', default: 0 },
    score: { type: 'number', default: 0 },
    flag: { type: 'boolean', default: false },
    labels: { type: 'array', items: { type: 'string' }, default: [] },
    numbers: { type: 'array', items: { type: 'number' }, default: [] },
    table: { type: 'object', default: {}, additionalProperties: true },
    kind: { enum: ['red', 'blue'], default: 'red' },
    vector: { anyOf: [TENSOR, { type: 'null' }], default: null },
    part: { anyOf: [{ $ref: '#/$defs/Part' }, { type: 'null' }], default: null },
    parts: { type: 'array', items: { $ref: '#/$defs/Part' }, default: [] },
  },
  $defs: { Part: { type: 'object', properties: {} } },
}

describe('the forms that were tried with gateways', () => {
  test.each([
    ['pydantic1', 'typed, pydantic 1'],
    ['pydantic2', 'typed, pydantic 2'],
  ] as const)('%s', (form, name) => {
    const model = recorded[name]['/thing'].input.model
    // The first generation takes an optional field with and without the second choice; alone it compares as its own.
    const known = JSON.parse(
      form === 'pydantic1'
        ? JSON.stringify(model).replaceAll('},{}],"default":null', '}],"default":null')
        : JSON.stringify(model),
    )
    if (form === 'pydantic1') {
      // Since tried with classes of their own, which it needs to read documents in documents.
      known.properties.part = { $ref: '#/definitions/Part', default: null }
      known.properties.parts = { type: 'array', items: { $ref: '#/definitions/Part' }, default: [] }
      known.definitions = { Part: { title: 'Part', type: 'object', properties: { id: NULLABLE } } }
      known.$defs = known.definitions
    }
    expect(announce(thing, form)).toEqual(known)
  })

  test('nested documents are classes of their own: one of each, named apart, and none that holds itself', () => {
    const title = { type: 'string', default: '' }
    const model = {
      title: 'Book',
      properties: {
        author: { $ref: '#/$defs/Person' },
        readers: { type: 'array', items: { $ref: '#/$defs/Person' } },
        chapters: { type: 'array', items: { $ref: '#/$defs/Chapter' } },
        other: { $ref: '#/$defs/Other' },
      },
      $defs: {
        Person: {
          title: 'Person',
          properties: { name: title, friends: { type: 'array', items: { $ref: '#/$defs/Person' } } },
        },
        Chapter: { properties: { author: { $ref: '#/$defs/Person' } } },
        Other: { title: 'Person', properties: { title } },
      },
    }
    const announced = announce(model, 'pydantic1') as unknown as Record<string, Record<string, unknown>>
    const person = { $ref: '#/definitions/Person' }
    expect(announced.properties).toMatchObject({
      author: { ...person, default: null },
      readers: { type: 'array', items: person, default: [] },
      chapters: { type: 'array', items: { $ref: '#/definitions/Part' } },
      other: { $ref: '#/definitions/Person2' },
    })
    expect(announced.definitions).toEqual({
      Person: {
        title: 'Person',
        type: 'object',
        properties: { id: NULLABLE, name: title, friends: { type: 'array', anyOf: [{}], default: [] } },
      },
      Part: { title: 'Part', type: 'object', properties: { id: NULLABLE, author: { ...person, default: null } } },
      Person2: { title: 'Person2', type: 'object', properties: { id: NULLABLE, title } },
    })
    expect(announced.$defs).toEqual(announced.definitions!)
    expect(announce(model, 'pydantic2')).not.toHaveProperty('definitions')
  })

  test.each([
    ['pydantic1', 'beside TextDoc'],
    ['pydantic2', 'beside TextDoc, pydantic 2 over HTTP'],
  ] as const)('TextDoc beside docarray’s own, %s', (form, name) => {
    const text = named('TextDoc', TextDoc)
    const made = announcement(
      ['/default', '_jina_dry_run_'],
      { '/default': { input: text, output: text, parameters: null } },
      new Set(),
      form,
    )
    expect(made['/default']).toEqual(recorded[name]['/default'])
    expect(made._jina_dry_run_).toEqual(recorded[name]._jina_dry_run_)
  })
})

test('every endpoint has an entry, declared or not; streaming ones say so', () => {
  const made = announcement(['/a', '/b', 'toString'], {}, new Set(['/b']), 'pydantic1') as Record<
    string,
    { input: { name: string; model: { properties: object } }; is_generator: boolean; parameters: unknown }
  >
  expect(Object.keys(made)).toEqual(['/a', '/b', 'toString'])
  expect([made['/a']!.is_generator, made['/b']!.is_generator]).toEqual([false, true])
  expect(made['/a']!.parameters).toEqual({ name: null, model: null })
  expect(made['/a']!.input.name).toBe('Document')
  expect(Object.keys(made['/a']!.input.model.properties)).toContain('embedding')
})

test('a document always has an id that may be left out', () => {
  const { properties, required } = announce(
    { required: ['id', 'a'], properties: { id: { type: 'string' }, a: { type: 'string' } } },
    'pydantic1',
  )
  expect([properties.id, properties.a, required]).toEqual([NULLABLE, { type: 'string' }, ['a']] as never)
  expect(Object.keys(announce({ properties: { a: {} } }, 'pydantic1').properties)).toEqual(['id', 'a'])
})
