/** The module 'xserve': what user code imports. */
import type { Client as ClientClass } from './client/client.ts'
import { setLauncher } from './executor/launcher.ts'
import { classToCompose, classToKubernetes, serveClass } from './flow/standalone.ts'

export { AnswerFailed } from './client/answer-failed.ts'
export type { ClientOptions, PostOptions, PostRequest } from './client/client.ts'
export { type FetchContext, type FlowAccess, Gateway } from './client/own-gateway.ts'
export type { PostResponse } from './client/response.ts'
export type { StreamDocOptions } from './client/stream-doc.ts'
export type { DialectName } from './document/dialect.ts'
export { Document } from './document/document.ts'
export { DocumentArray, type DocumentInput } from './document/document-array.ts'
export type { DocumentInit } from './document/document-init.ts'
export type { NamedFields } from './document/named-fields.ts'
export type { NamedScore, Scores } from './document/scores.ts'
export { Tensor, type TensorInput } from './document/tensor.ts'
export { type ErrorCode, XserveError } from './errors.ts'
export type { ExecutorCall, TracingContext } from './executor/call.ts'
export { type DynamicBatchingOptions, dynamicBatching } from './executor/dynamic-batching.ts'
export { Executor, type ExecutorLogger, type Metas, type RuntimeArgs } from './executor/executor.ts'
export type { ExecutorClass } from './executor/handover.ts'
export type {
  ComposeExportOptions,
  KubernetesExportOptions,
  LoadExecutorOptions,
  Served,
  ServeOptions,
  StandaloneComposeOptions,
  StandaloneKubernetesOptions,
} from './executor/launcher.ts'
export { AudioDoc, ImageDoc, TextDoc, VideoDoc } from './executor/ready-made.ts'
export { type RequestsOptions, requests } from './executor/requests.ts'
export { type TestCall, type TestedExecutor, testExecutor } from './executor/test-executor.ts'
export type {
  Schema,
  TypedCall,
  TypedDocument,
  TypedDocuments,
  TypedSchema,
  ValueOf,
} from './executor/typed/declared.ts'

export {
  type AddOptions,
  type BlockOptions,
  Flow,
  type FlowOrigin,
  type GatewayOptions,
  type LoadConfigOptions,
  type PlotOptions,
} from './flow/flow.ts'
export { Deployment, type DeploymentOptions } from './flow/standalone.ts'
export type { BatchingSpec, ExecutorSpec, FlowSpec, GatewaySpec } from './plan/flow-spec.ts'

setLauncher({
  serve: serveClass,
  load: async (given, options) => (await import('./flow/load-executor.ts')).loadExecutor(given, options),
  toKubernetes: classToKubernetes,
  toCompose: classToCompose,
})

const loadClient = (): typeof ClientClass =>
  (require('./client/client.ts') as typeof import('./client/client.ts')).Client

// A function, since the prototype of a class could not be answered with another one.
// biome-ignore lint/complexity/useArrowFunction: an arrow function cannot be constructed
const standIn = function () {} as unknown as typeof ClientClass

/**
 * Calls a Flow or an executor: `new Client('localhost:12345').post('/foo', docs)`. Loaded when it is first used, since an
 * executor that calls nobody is not to wait for it at its start.
 */
export const Client: typeof ClientClass = new Proxy(standIn, {
  construct(_, given, target) {
    const Real = loadClient()
    return Reflect.construct(Real, given, target === Client ? Real : target) as ClientClass
  },
  get: (_, key) => Reflect.get(loadClient(), key) as unknown,
  has: (_, key) => Reflect.has(loadClient(), key),
})

/** An instance of Client, or the type of one. */
export type Client = ClientClass
