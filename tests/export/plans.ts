/** Plans for tests of exports, from TypeScript as users write it, and what is made of them, read back. */
import { parseAllDocuments } from 'yaml'
import type { ExportOptions } from '../../lib/export/kubernetes/index.ts'
import type { ExecutorSpec, FlowSpec } from '../../lib/plan/flow-spec.ts'
import type { FlowPlan } from '../../lib/plan/plan.ts'
import { planFlow } from '../../lib/plan/plan-flow.ts'

/** Further options are those of YAML in camelCase, which the table of options knows. */
export type AnyExecutor = ExecutorSpec & Readonly<Record<string, unknown>>

export const planOf = (
  executors: readonly AnyExecutor[],
  flow: FlowSpec & Readonly<Record<string, unknown>> = {},
): Promise<FlowPlan> => planFlow(flow, executors, { folder: import.meta.dir })

/** Warnings are collected in `told`. */
export function exporting(more: Partial<ExportOptions> = {}): ExportOptions & { readonly told: string[] } {
  const told: string[] = []
  return {
    program: 'xserve:test',
    version: '1.2.3',
    images: {},
    includeGateway: true,
    warn: (text) => void told.push(text),
    told,
    ...more,
  }
}

/** As kubectl and Compose read it: YAML 1.1. */
// biome-ignore lint/suspicious/noExplicitAny: manifests are looked into at any depth
export function readDocuments(text: string): any[] {
  return parseAllDocuments(text, { version: '1.1' }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]
    return document.toJS()
  })
}
