/**
 * Options of Jina that do nothing in this program as it is: kept in the plan for exports and later versions, or accepted so that
 * existing files run (Jina facts §6.2, §6.3).
 */
import { BOTH, type ConfigOption, EXECUTOR, GATEWAY_ONLY, type OptionType, optionFor, type Scope } from './option.ts'

const both = optionFor(BOTH)

const later = (name: string, type: OptionType, summary: string, more: Partial<ConfigOption> = {}): ConfigOption =>
  both(name, type, summary, { kind: 'later', spreads: true, ...more })

const container = (name: string, type: OptionType, summary: string, scopes = BOTH): ConfigOption =>
  both(name, type, summary, { kind: 'export', scopes })

/** Said for the whole Flow, it holds for its executors, too, as in Jina. */
const forAll = (option: ConfigOption): ConfigOption => ({ ...option, spreads: true })

const none = (
  name: string,
  type: OptionType,
  note: string,
  scopes: readonly Scope[] = BOTH,
  also?: readonly string[],
): ConfigOption => ({
  name,
  ...(also ? { also } : {}),
  scopes,
  type,
  summary: 'Accepted for Jina, without effect',
  kind: 'none',
  note,
})

const silent = (name: string, type: OptionType, scopes: readonly Scope[] = BOTH): ConfigOption => ({
  name,
  scopes,
  type,
  summary: 'Accepted for Jina: it is so anyway',
  kind: 'silent',
})

const PORT = { least: 0, most: 65_535 } as const
const PYTHON = 'it is about Python'
const HUB = 'it is about an executor store'
const CONSENSUS = 'executors of Python in containers may have a consensus, those here have none'
const ONE_GATEWAY = 'one gateway serves here, and executors have replicas of their own'
const CLOUD = 'it is about a hosting service'
const INTERNAL = "it is inner wiring of Jina's processes"

const LATER: readonly ConfigOption[] = [
  later('monitoring', 'flag', 'Serve Prometheus metrics', { preset: false }),
  later('port_monitoring', 'ports', 'Port of the metrics', { spreads: false }),
  later('tracing', 'flag', 'Produce OpenTelemetry spans', { preset: false }),
  later('traces_exporter_host', 'text', 'Host of the collector of traces'),
  later('traces_exporter_port', 'integer', 'Port of the collector of traces', PORT),
  later('metrics', 'flag', 'Produce OpenTelemetry metrics', { preset: false }),
  later('metrics_exporter_host', 'text', 'Host of the collector of metrics'),
  later('metrics_exporter_port', 'integer', 'Port of the collector of metrics', PORT),
  later('expose_graphql_endpoint', 'flag', 'Serve /graphql', { scopes: GATEWAY_ONLY, preset: false }),
]

const CONTAINER: readonly ConfigOption[] = [
  container('gpus', 'text', 'GPUs of the container: all, a number, device=ids', EXECUTOR),
  container('volumes', 'texts', 'Folders of the container: host:container', EXECUTOR),
  container('entrypoint', 'text', 'Replaces the entry point of the container'),
  forAll(container('env_from_secret', 'object', 'Variables from Kubernetes secrets: NAME to {name, key}')),
  forAll(container('image_pull_secrets', 'texts', 'Names of secrets for pulling the image')),
  container('k8s_namespace', 'text', 'Namespace on Kubernetes'),
  { ...container('replicas', 'integer', 'Gateways side by side', GATEWAY_ONLY), note: ONE_GATEWAY },
  container('shard_id', 'integer', 'Which shard a container is'),
  container('resources', 'object', 'CPU and memory of the container: {requests: {cpu, memory}, limits: {cpu, memory}}'),
  container('node_selector', 'map', 'Labels of the nodes that it may run on'),
  { ...container('stateful', 'flag', 'Replicas in containers keep names and files', EXECUTOR), note: CONSENSUS },
  { ...container('peer_ports', 'any', 'Ports by which replicas find a consensus', EXECUTOR), note: CONSENSUS },
  { ...container('raft_configuration', 'object', 'How replicas find a consensus', EXECUTOR), note: CONSENSUS },
  container('force_network_mode', 'text', 'Network mode of the container', EXECUTOR),
]

const SILENT: readonly ConfigOption[] = [
  silent('native', 'flag', EXECUTOR),
  silent('disable_auto_volume', 'flag', EXECUTOR),
  silent('proxy', 'flag', GATEWAY_ONLY),
  silent('noblock_on_start', 'flag'),
]

const NONE: readonly ConfigOption[] = [
  none('log_config', 'text', `${PYTHON}: --log-level and XSERVE_LOG_LEVEL set what is logged`),
  none('suppress_root_logging', 'flag', PYTHON),
  none('workspace_id', 'text', INTERNAL),
  none('extra_search_paths', 'texts', 'paths are relative to the file that they stand in'),
  none('output_array_type', 'text', PYTHON, EXECUTOR),
  none('docker_kwargs', 'object', `${PYTHON}: volumes, gpus and env say it for every runtime`),
  none('uvicorn_kwargs', 'object', PYTHON, GATEWAY_ONLY),
  none('install_requirements', 'flag', PYTHON, EXECUTOR),
  none('runtime_cls', 'text', INTERNAL),
  none('pod_role', 'text', INTERNAL),
  none('deployment_role', 'text', INTERNAL, EXECUTOR),
  none('replica_id', 'integer', INTERNAL),
  none('connection_list', 'text', INTERNAL, EXECUTOR),
  none('uses_before_address', 'text', INTERNAL, EXECUTOR),
  none('uses_after_address', 'text', INTERNAL, EXECUTOR),
  none('force_update', 'flag', HUB, EXECUTOR),
  none('force', 'flag', HUB, EXECUTOR),
  none('prefer_platform', 'text', HUB, EXECUTOR),
  none('provider', 'texts', CLOUD),
  none('provider_endpoint', 'text', CLOUD),
  none('inspect', 'text', 'floating executors do what inspection does', GATEWAY_ONLY),
  none('graph_description', 'text', 'the graph follows from needs', GATEWAY_ONLY),
  none('graph_conditions', 'text', 'conditions stand in when', GATEWAY_ONLY),
  none('deployments_addresses', 'text', 'addresses follow from the executors', GATEWAY_ONLY),
  none('deployments_metadata', 'text', 'metadata stands in grpc_metadata', GATEWAY_ONLY),
  none('deployments_no_reduce', 'texts', 'it stands in no_reduce', GATEWAY_ONLY, ['deployments_disable_reduce']),
  none('timeout_ready', 'integer', 'the gateway is ready when its executors are', GATEWAY_ONLY),
  none('floating', 'flag', 'it is about executors', GATEWAY_ONLY),
  none('protocol', 'texts', 'executors of a Flow are reached through its gateway', EXECUTOR, ['protocols']),
  none('cors', 'flag', 'it is for the gateway', EXECUTOR),
  none('title', 'text', 'it is for the gateway', EXECUTOR),
  none('description', 'text', 'it is for the gateway', EXECUTOR),
  none('ssl_certfile', 'text', 'it is for the gateway', EXECUTOR),
  none('ssl_keyfile', 'text', 'it is for the gateway', EXECUTOR),
  none('ssl_ca_certs', 'text', 'it is for the gateway', EXECUTOR),
  none('uvicorn_kwargs', 'object', PYTHON, EXECUTOR),
]

export const CARRIED_TABLE: readonly ConfigOption[] = [...LATER, ...CONTAINER, ...SILENT, ...NONE]
