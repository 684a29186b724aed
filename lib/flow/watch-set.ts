/** What an executor is made of: the folders and files whose change may be one of its code. */
import path from 'node:path'
import type { DeploymentPlan, UsesPlan } from '../plan/plan.ts'
import type { WatchSet } from '../watch/watch.ts'

/** Source files next to the executor and below, files that were named, and every module that was really loaded. */
export function watchSetOf(plan: DeploymentPlan, loaded: readonly string[]): WatchSet {
  const modules = [plan.uses, plan.usesBefore, plan.usesAfter].flatMap(modulesOf)
  return {
    folders: [...new Set(modules.map((file) => path.dirname(file)))],
    files: [...new Set([...modules, ...loaded])],
  }
}

function modulesOf(uses: UsesPlan | null): readonly string[] {
  return uses?.kind === 'module' ? uses.modules : []
}
