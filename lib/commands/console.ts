/** Where a server writes: data of executors on stdout, everything else on stderr, around the lines of a start under way. */

import { jsonLine, type LogFormat } from '../log.ts'
import { createOutlet, toStdout } from '../outlet.ts'
import { showsColours } from './colours.ts'
import { createProgress, type StartProgress } from './progress.ts'

export interface ServerConsole {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** What executors print to stderr: lines `POD | TEXT`. */
  readonly userStderr: (text: string) => void
  readonly progress: StartProgress
}

/** `tell` gets what is told of a long start where there is no terminal. */
export function createConsole(format: LogFormat, isQuiet: boolean, tell: (text: string) => void): ServerConsole {
  const { stderr, env } = process
  const isTerminal = stderr.isTTY === true && format === 'text' && !isQuiet && env.TERM !== 'dumb'
  const write = createOutlet(stderr, format === 'json' ? jsonGap : undefined)
  const screen = { isTerminal, columns: stderr.columns || 80, rows: stderr.rows || 24, write }
  const progress = createProgress(screen, showsColours(stderr), tell)
  const around = (text: string): void => progress.around(() => write(text))
  return {
    stdout: (text) => progress.around(() => toStdout(text)),
    stderr: around,
    userStderr: format === 'json' ? (text) => around(asJson(text)) : around,
    progress,
  }
}

const jsonGap = (lines: number): string =>
  jsonLine('warn', 'log', process.pid, 'lines are missing here: nobody read them in time, or the disk is full', {
    lines,
  })

function asJson(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n')
  return lines
    .map((line) => {
      const at = line.indexOf(' | ')
      return jsonLine('info', line.slice(0, Math.max(0, at)), undefined, line.slice(at === -1 ? 0 : at + 3), {
        stream: 'stderr',
      })
    })
    .join('')
}
