// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables in YAML look like this
/** The JSON schema says of YAML what its reader says, as far as shapes go. */
import { describe, expect, test } from 'bun:test'
import Ajv from 'ajv'
import { configSchema } from '../../lib/config/json-schema.ts'
import { optionsOf } from '../../lib/config/table/options.ts'
import { parseYaml } from '../../lib/config/yaml-file.ts'

const validate = new Ajv({
  strict: true,
  strictTypes: false,
  strictRequired: false,
  keywords: ['doNotSuggest'],
}).compile(configSchema())
const isValid = (text: string): boolean => validate(parseYaml(text, '/f.yml').value)

describe('is fine', () => {
  test.each([
    'jtype: Flow\nexecutors: [{uses: a.ts}]\n',
    'executors:\n  - {name: a, uses: a.ts, needs: gateway, replicas: 2, polling: {/x: ALL}}\n',
    'jtype: Flow\nversion: "1"\nwith: {port: [1, 2], protocol: [grpc, http], monitoring: true}\nexecutors: []\n',
    'executors: [{uses: {jtype: A, py_modules: a.ts, with: {x: 1}}, uses_dynamic_batching: {/a: {preferred_batch_size: 2}}}]\n',
    'executors: [{uses: a.ts, replicas: "${{ ENV.N }}", when: {tags__x: {$eq: 1}}}]\n',
    'executors: [{uses: a.ts, env: }]\nx-common: {anything: [1]}\n',
    'jtype: Deployment\nwith: {uses: a.ts, port: 5, replicas: 2}\n',
    'jtype: MyExec\npy_modules: [a.ts]\nwith: {a: 1}\nmetas: {name: x}\nrequests: {/x: foo}\n',
  ])('%j', (text) => expect([isValid(text), validate.errors]).toEqual([true, null]))
})

describe('is not', () => {
  test.each([
    'jtype: Flow\n',
    'executors: [{uses: a.ts, replcas: 2}]\n',
    'executors: [{uses: a.ts, replicas: 0}]\n',
    'executors: [{uses: a.ts, floating: "no"}]\n',
    'executors: [5]\n',
    'with: {prot: 5}\nexecutors: [{uses: a.ts}]\n',
    'executors: [{uses: a.ts, uses_dynamic_batching: {/a: {timeout: 2}}}]\n',
    'jtype: Flow\nversion: 7\nexecutors: []\n',
    'py_modules: [a.ts]\n',
    'jtype: MyExec\nneeds: a\n',
  ])('%j', (text) => expect(isValid(text)).toBe(false))
})

test('every option of the table is there, with its default, and says what it is', () => {
  const { definitions } = configSchema() as {
    definitions: Record<'item' | 'gateway', { properties: Record<string, { description: string; default?: unknown }> }>
  }
  for (const [definition, scope] of [
    ['item', 'executor'],
    ['gateway', 'gateway'],
  ] as const) {
    const { properties } = definitions[definition]
    for (const { name, also = [], summary, preset, presetNote } of optionsOf(scope)) {
      for (const one of [name, ...also]) expect(properties[one]?.description).toStartWith(summary)
      if (preset !== undefined && presetNote === undefined) expect(properties[name]!.default).toEqual(preset)
    }
  }
})
