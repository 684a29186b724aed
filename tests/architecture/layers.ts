/**
 * Who may import whom: the units of lib/ from the ground up. A unit imports units of the lines above it in this table, never
 * of its own line or of those below.
 */

export const LAYERS: readonly (readonly string[])[] = [
  ['errors', 'log', 'nearest'],
  ['protobuf'],
  ['document'],
  ['wire'],
  ['config'],
  ['plan', 'observe'],
  ['link'],
  ['executor', 'channel', 'topology', 'watch'],
  ['worker', 'deployment'],
  ['servers'],
  ['gateway', 'client', 'export'],
  ['flow'],
  // The public module: commands hand it to the worker program, so nothing below imports it.
  ['index'],
  ['commands'],
]

/** What the build makes and the program carries. */
export const BUILT: readonly string[] = ['dist/declarations.txt']

/** Where a third-party package may be imported: everything else goes through that place. */
export const HOMES: Readonly<Record<string, readonly string[]>> = {
  '@grpc/grpc-js': ['lib/servers/grpc/', 'lib/channel/'],
  protobufjs: ['lib/wire/schema.ts'],
  yaml: ['lib/config/', 'lib/export/'],
  citty: ['lib/commands/'],
  ignore: ['lib/watch/'],
  '@cfworker/json-schema': ['lib/executor/typed/'],
  consola: ['lib/log.ts'],
}

/** What protocols of servers/ have in common: requests and answers in JSON, and the seam with the front (a WebSocket begins as HTTP). */
export const SHARED_BY_PROTOCOLS: readonly string[] = ['lib/servers/json/', 'lib/servers/http/exchange.ts']

/** Where the process may be ended: a command's last word, and the worker program, which outlives nobody. */
export const EXITS: readonly string[] = ['lib/commands/exit.ts', 'lib/worker/']

/** Files without a test of the same name, each with the test that covers it or the reason why none can. */
export const UNTESTED: Readonly<Record<string, string>> = {
  'lib/executor/ready-made.ts': 'tests/wire/schemas/announce.test.ts',
  'lib/executor/typed/document-plan.ts': 'tests/e2e/typed.test.ts',
  'lib/executor/typed/invalid.ts': 'tests/executor/typed/checker.test.ts',
  'lib/executor/typed/standard-schema.ts': 'tests/executor/typed/checker.test.ts',
  'lib/executor/typed/typed-endpoints.ts': 'tests/e2e/typed.test.ts',
  'lib/wire/schemas/generic.ts': 'tests/wire/schemas/announce.test.ts',
  'lib/channel/grpc-error.ts': 'tests/channel/grpc.test.ts',
  'lib/channel/connectivity.ts': 'tests/deployment/remote.test.ts',
  'lib/channel/remote.ts': 'tests/deployment/remote.test.ts',
  'lib/channel/grpc-frames.ts': 'tests/client/stream-doc.test.ts',
  'lib/channel/grpc-settings.ts': 'tests/channel/grpc.test.ts',
  'lib/channel/local.ts': 'tests/e2e/calls.test.ts',
  'lib/client/answer-failed.ts': 'tests/client/client.test.ts',
  'lib/client/batches.ts': 'tests/client/client.test.ts',
  'lib/client/callbacks.ts': 'tests/client/client.test.ts',
  'lib/client/connect.ts': 'tests/client/protocols/web.test.ts',
  'lib/client/exchange.ts': 'tests/client/client.test.ts',
  'lib/client/protocols/dry-run.ts': 'tests/client/ping.test.ts',
  'lib/client/protocols/envelope.ts': 'tests/client/client.test.ts',
  'lib/client/protocols/grpc.ts': 'tests/client/client.test.ts and tests/client/retry.test.ts',
  'lib/client/protocols/headers.ts': 'tests/client/protocols/web.test.ts',
  'lib/client/protocols/http-error.ts': 'tests/client/protocols/http.test.ts',
  'lib/client/protocols/websocket-socket.ts': 'tests/client/protocols/websocket.test.ts',
  'lib/client/ready.ts': 'tests/client/ping.test.ts',
  'lib/client/response.ts': 'tests/client/client.test.ts',
  'lib/client/send.ts': 'tests/commands/post.test.ts',
  'lib/commands/ca-option.ts': 'tests/client/explain-tls.test.ts',
  'lib/commands/gateway.ts': 'tests/e2e/gateway.test.ts',
  'lib/commands/graph-options.ts': 'tests/e2e/gateway.test.ts',
  'lib/commands/serving-options.ts': 'tests/e2e/start.test.ts',
  'lib/client/protocols/http-frames.ts': 'tests/client/stream-doc.test.ts',
  'lib/client/protocols/second-form.ts': 'tests/client/protocols/second.test.ts',
  'lib/client/protocols/websocket-error.ts': 'tests/client/protocols/websocket.test.ts',
  'lib/client/protocols/websocket-stream.ts': 'tests/client/stream-doc.test.ts',
  'lib/commands/executor.ts': 'tests/e2e/start.test.ts',
  'lib/commands/worker.ts': 'tests/e2e/worker-death.test.ts',
  'lib/commands/main.ts': 'tests/e2e/start.test.ts',
  'lib/commands/protocols.ts': 'two options; tests/plan/listeners.test.ts for what they mean',
  'lib/commands/post-options.ts': 'tests/commands/post.test.ts',
  'lib/commands/run.ts': 'tests/e2e/start.test.ts',
  'lib/commands/serving.ts': 'tests/e2e/start.test.ts',
  'lib/commands/types.ts': 'tests/e2e/types.test.ts',
  'lib/commands/version.ts': 'one constant',
  'lib/deployment/around.ts': 'tests/deployment/of-plan.test.ts',
  'lib/deployment/deployment.ts': 'tests/e2e/worker-death.test.ts',
  'lib/deployment/replica.ts': 'tests/e2e/worker-death.test.ts',
  'lib/deployment/peer.ts': 'tests/deployment/remote.test.ts',
  'lib/deployment/remote-of-plan.ts': 'tests/e2e/gateway.test.ts',
  'lib/deployment/remote-host.ts': 'tests/deployment/remote.test.ts',
  'lib/deployment/self.ts': 'tests/e2e/start.test.ts, as sources and as binary',
  'lib/deployment/worker-process.ts': 'tests/e2e/worker-death.test.ts',
  'lib/document/depth.ts': 'tests/document/v2/join.test.ts',
  'lib/document/document-init.ts': 'tests/document/document.test.ts',
  'lib/document/dtype.ts': 'tests/document/tensor.test.ts and tests/document/nd-array.test.ts',
  'lib/document/encode-document.ts': 'tests/document/document.test.ts',
  'lib/document/fields.ts': 'tests/document/document.test.ts',
  'lib/document/index-accessors.ts': 'tests/document/document-array.test.ts',
  'lib/document/lazy-fields.ts': 'tests/document/document.test.ts',
  'lib/document/plain-value.ts': 'tests/document/v2/dialect.test.ts',
  'lib/document/scan-documents.ts': 'tests/document/data-content.test.ts',
  'lib/document/scores.ts': 'tests/document/vectors.test.ts',
  'lib/executor/method-notes.ts': 'tests/executor/requests.test.ts and tests/executor/dynamic-batching.test.ts',
  'lib/worker/exit-on.ts': 'tests/deployment/of-plan.test.ts',
  'lib/flow/listen.ts': 'tests/e2e/protocols.test.ts',
  'lib/document/v2/entries.ts': 'tests/document/v2/node-document.test.ts',
  'lib/document/v2/known-fields.ts': 'tests/document/v2/node-document.test.ts',
  'lib/document/v2/node-fields.ts': 'tests/document/v2/node-document.test.ts',
  'lib/document/v2/node.ts': 'tests/document/v2/vectors.test.ts',
  'lib/document/v2/read-node.ts': 'tests/document/v2/vectors.test.ts',
  'lib/document/v2/write-node.ts': 'tests/document/v2/node-document.test.ts',
  'lib/flow/members.ts': 'tests/flow/supervisor.test.ts',
  'lib/plan/defaults.ts': 'tests/e2e/start.test.ts',
  'lib/flow/live.ts': 'tests/e2e/reload.test.ts',
  'lib/flow/start-patiently.ts': 'tests/e2e/reload.test.ts',
  'lib/gateway/gateway.ts': 'tests/servers/grpc/server.test.ts',
  'lib/gateway/info.ts': 'tests/servers/grpc/server.test.ts',
  'lib/link/link.ts': 'one error class beside types',
  'lib/servers/grpc/call-context.ts': 'tests/servers/grpc/server.test.ts',
  'lib/servers/grpc/grpc-js-call.ts': 'tests/contract/grpc-front.ts',
  'lib/servers/grpc/grpc-js-status.ts': 'tests/contract/grpc-front.ts',
  'lib/servers/grpc/health.ts': 'tests/servers/grpc/server.test.ts',
  'lib/servers/grpc/messages.ts': 'tests/servers/grpc/server.test.ts',
  'lib/servers/grpc/methods/build.ts': 'tests/servers/grpc/server.test.ts',
  'lib/servers/grpc/methods/health.ts': 'tests/servers/grpc/server.test.ts',
  'lib/servers/grpc/methods/jina.ts': 'tests/servers/grpc/server.test.ts',
  'lib/servers/grpc/methods/reflection.ts': 'tests/servers/grpc/server.test.ts',
  'lib/servers/grpc/services.ts': 'tests/servers/grpc/server.test.ts',
  'lib/servers/http/body.ts': 'tests/servers/http/handler.test.ts',
  'lib/servers/http/call-context.ts': 'tests/servers/http/handler.test.ts',
  'lib/servers/http/cors.ts': 'tests/servers/http/handler.test.ts',
  'lib/servers/http/openapi/endpoint.ts': 'tests/servers/http/openapi.test.ts',
  'lib/servers/http/openapi/describe.ts': 'tests/servers/http/openapi.test.ts',
  'lib/servers/http/openapi/routes.ts': 'tests/servers/http/openapi.test.ts',
  'lib/servers/http/openapi/schemas.ts': 'tests/servers/http/openapi.test.ts',
  'lib/servers/http/pages/docs.ts': 'tests/servers/http/openapi.test.ts',
  'lib/servers/http/pages/page.ts': 'tests/servers/http/openapi.test.ts',
  'lib/servers/http/pages/redoc.ts': 'tests/servers/http/openapi.test.ts',
  'lib/servers/http/reply.ts': 'tests/servers/http/handler.test.ts',
  'lib/servers/http/events.ts': 'tests/servers/http/second-dialect.test.ts',
  'lib/servers/http/routes/events.ts': 'tests/servers/http/second-dialect.test.ts',
  'lib/servers/json/form.ts': 'tests/servers/http/second-dialect.test.ts',
  'lib/document/v2/from-json.ts': 'tests/servers/http/second-dialect.test.ts',
  'lib/document/v2/to-json.ts': 'tests/servers/http/second-dialect.test.ts',
  'lib/servers/http/routes/call.ts': 'tests/servers/http/handler.test.ts',
  'lib/servers/http/routes/status.ts': 'tests/servers/http/handler.test.ts',
  'lib/servers/http/routes/table.ts': 'tests/servers/http/handler.test.ts',
  'lib/servers/json/invalid.ts': 'tests/servers/json/request.test.ts',
  'lib/servers/json/parse.ts': 'tests/servers/json/request.test.ts',
  'lib/servers/websocket/call-context.ts': 'tests/servers/websocket/handler.test.ts',
  'lib/servers/websocket/codec.ts': 'tests/servers/websocket/handler.test.ts',
  'lib/servers/websocket/conversation.ts': 'tests/servers/websocket/handler.test.ts',
  'lib/servers/websocket/dry-run.ts': 'tests/servers/websocket/handler.test.ts',
  'lib/servers/http/front/answer-line.ts': 'tests/contract/http-front.ts',
  'lib/servers/http/front/body.ts': 'tests/contract/http-front.ts',
  'lib/servers/http/front/clock.ts': 'tests/contract/http-front.ts',
  'lib/servers/http/front/exchange.ts': 'tests/contract/http-front.ts',
  'lib/servers/http/front/patience.ts': 'tests/servers/http/front/connection.test.ts',
  'lib/servers/http/front/refusal.ts': 'tests/contract/http-front.ts',
  'lib/servers/http/front/response-writer.ts': 'tests/contract/http-front.ts',
  'lib/servers/http/front/stream-answer.ts': 'tests/contract/http-front.ts',
  'lib/servers/http/websocket/frame-writer.ts': 'tests/servers/http/websocket/conversation.test.ts',
  'lib/servers/http/websocket/handshake.ts': 'tests/servers/http/websocket/conversation.test.ts',
  'lib/topology/answer.ts': 'tests/topology/single.test.ts',
  'lib/topology/chain.ts': 'tests/topology/stream.test.ts',
  'lib/topology/compile.ts': 'tests/topology/topology.test.ts',
  'lib/topology/context.ts': 'tests/topology/topology.test.ts',
  'lib/topology/floating.ts': 'tests/topology/topology.test.ts',
  'lib/topology/skip.ts': 'tests/topology/single.test.ts',
  'lib/topology/step.ts': 'tests/topology/topology.test.ts',
  'lib/topology/walk.ts': 'tests/topology/topology.test.ts and tests/topology/random.test.ts',
  'lib/plan/plan.ts': 'types and one constant',
  'lib/watch/ignoring.ts': 'tests/watch/watch.test.ts',
  'lib/watch/snapshot.ts': 'tests/watch/watch.test.ts',
  'lib/watch/sources.ts': 'tests/watch/watch.test.ts',
  'lib/wire/call.ts': 'tests/topology/single.test.ts',
  'lib/wire/fields.ts': 'tests/wire/envelope.test.ts',
  'lib/wire/scan.ts': 'tests/wire/envelope.test.ts',
  'lib/wire/write.ts': 'tests/wire/envelope.test.ts',
}

export const MAX_LINES = { file: 300, test: 500, command: 90, cli: 15 } as const

export const FORBIDDEN_NAMES = /^(utils?|helpers?|common|misc|managers?|base)$/

/** `lib/wire/envelope.ts` → `wire`; `lib/errors.ts` → `errors`. */
export function unitOf(path: string): string {
  return path.split('/')[1]!.replace(/\.ts$/, '')
}

/** -1 when the unit is in no line. */
export function layerOf(path: string): number {
  return LAYERS.findIndex((line) => line.includes(unitOf(path)))
}
