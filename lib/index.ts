/** The module 'xserve': what user code imports. */

export { Document } from './document/document.ts'
export type { DocumentInit } from './document/document-init.ts'
export { DocumentArray, type DocumentInput } from './document/document-array.ts'
export type { NamedScore, Scores } from './document/scores.ts'
export { Tensor, type TensorInput } from './document/tensor.ts'
export { type ErrorCode, XserveError } from './errors.ts'
export type { ExecutorCall, TracingContext } from './executor/call.ts'
export { Executor, type ExecutorLogger, type Metas, type RuntimeArgs } from './executor/executor.ts'
export { requests, type RequestsOptions } from './executor/requests.ts'
