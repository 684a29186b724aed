/** `this.logger` of an executor: lines travel over the link into the operator's log. */
import type { ExecutorLogger } from '../executor/executor.ts'
import type { Link } from '../link/link.ts'

export function createWorkerLog(link: Pick<Link, 'control'>): ExecutorLogger {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (...values: unknown[]): void => {
      const text = values.map((value) => (typeof value === 'string' ? value : inspected(value))).join(' ')
      link.control({ kind: 'log', level, text })
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** node:util costs a start more than a millisecond: it is loaded with the first value that needs it. */
function inspected(value: unknown): string {
  return process.getBuiltinModule('node:util').inspect(value)
}
