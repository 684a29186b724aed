/** The table of options holds together: names, scopes, defaults, and what Jina has. */
import { describe, expect, test } from 'bun:test'
import { fromProgram, memberOf } from '../../../lib/config/given.ts'
import { readValue } from '../../../lib/config/option-value.ts'
import { createProblems } from '../../../lib/config/problems.ts'
import type { Scope } from '../../../lib/config/table/option.ts'
import { findOption, inCamelCase, inSnakeCase, namesOf, OPTIONS, optionsOf } from '../../../lib/config/table/options.ts'

const SCOPES: readonly Scope[] = ['executor', 'gateway']

describe.each(SCOPES)('of the %s', (scope) => {
  test('a name means one option', () => {
    const names = OPTIONS.filter(({ scopes }) => scopes.includes(scope)).flatMap(({ name, also = [] }) => [
      name,
      ...also,
    ])
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  test('an option is found by each of its spellings', () => {
    for (const option of optionsOf(scope)) {
      for (const name of [option.name, ...(option.also ?? [])]) {
        const spellings = [name, name.replaceAll('_', '-'), inCamelCase(name)]
        expect(spellings.map((one) => findOption(scope, one))).toEqual([option, option, option])
      }
    }
  })

  test('a default is a value that could be written', () => {
    for (const option of optionsOf(scope).filter(({ preset }) => preset !== undefined)) {
      const problems = createProblems()
      readValue(option, memberOf(fromProgram({ [option.name]: option.preset }), option.name), problems)
      expect([option.name, problems.found]).toEqual([option.name, []])
    }
  })

  test('what works is proposed before what does not', () => {
    const kinds = namesOf(scope).map((name) => (findOption(scope, name)!.kind ?? 'have') === 'have')
    expect(kinds.lastIndexOf(true)).toBeLessThan(kinds.indexOf(false))
  })
})

test('each says what it does, and those without effect say why', () => {
  for (const { name, summary, kind, note } of OPTIONS) {
    expect([name, summary]).toEqual([name, expect.stringMatching(/^\S.*[^.]$/)])
    if (kind === 'none') expect([name, note]).toEqual([name, expect.stringMatching(/\w/)])
  }
})

test('names go from one spelling to the other and back', () => {
  for (const { name } of OPTIONS) expect(inSnakeCase(inCamelCase(name))).toBe(name)
})

/** Those of Jina's parsers that existing files use, 3.12 to 3.34. */
const OF_JINA = {
  executor: `name workspace log_config quiet quiet_error workspace_id uses uses_with uses_metas uses_requests py_modules
    uses_dynamic_batching output_array_type exit_on_exceptions no_reduce disable_reduce allow_concurrent grpc_server_options
    entrypoint docker_kwargs volumes gpus disable_auto_volume force_network_mode host host_in native port port_in ports
    protocol monitoring port_monitoring retries tracing traces_exporter_host traces_exporter_port metrics
    metrics_exporter_host metrics_exporter_port install_requirements force_update force prefer_platform compression
    timeout_ctrl timeout_ready env env_from_secret image_pull_secrets floating reload restart runtime_cls timeout_send
    polling shards replicas uses_before uses_after when external grpc_metadata tls stateful peer_ports raft_configuration
    grpc_channel_options shard_id replica_id pod_role noblock_on_start deployment_role k8s_namespace connection_list
    uses_before_address uses_after_address needs method`,
  gateway: `name workspace log_config quiet quiet_error prefetch title description cors no_debug_endpoints
    no_crud_endpoints expose_endpoints uvicorn_kwargs ssl_certfile ssl_keyfile expose_graphql_endpoint protocol host
    host_in proxy port port_expose port_in ports uses uses_with py_modules replicas graph_description graph_conditions
    deployments_addresses deployments_metadata deployments_no_reduce compression timeout_send retries runtime_cls
    grpc_server_options grpc_channel_options reload restart monitoring port_monitoring tracing metrics env env_from_secret
    image_pull_secrets timeout_ctrl timeout_ready floating env_file inspect`,
} as const

test.each(SCOPES)('files of Jina run: no option of its %s is unknown', (scope) => {
  const missing = OF_JINA[scope].split(/\s+/).filter((name) => findOption(scope, name) === undefined)
  expect(missing).toEqual([])
})

test('only metrics, traces and GraphQL are for a later version', () => {
  const later = OPTIONS.filter(({ kind }) => kind === 'later').map(({ name }) => name)
  expect(later.filter((name) => !/monitoring|tracing|traces|metrics|graphql/.test(name))).toEqual([])
})
