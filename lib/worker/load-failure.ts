/** Why a module could not be loaded, with file:line:column and the source line. */
import { XserveError } from '../errors.ts'
import { headline, positionOf, stackLines } from '../executor/failure.ts'

interface Message {
  readonly message: string
  /** What could not be resolved, and the file that asked for it. */
  readonly specifier?: string
  readonly referrer?: string
  readonly position?: { file?: string; line?: number; column?: number; lineText?: string } | null
}

/** Positions come from what was thrown, or from the bundler, which is asked only after a failure. */
export async function explainLoadFailure(error: unknown, file: string): Promise<XserveError> {
  // Ours, as of a decorator that was used wrongly: it has its own code.
  if (error instanceof XserveError) return atUserFrame(error, file)
  const thrown = messagesOf(error)
  const found =
    thrown.find(hasPosition) ??
    (isOfLoader(error) ? ((await diagnose(file)).find(hasPosition) ?? (await findImport(thrown))) : undefined)
  if (found) {
    const { position } = found
    const where = `${position?.file || file}:${position?.line}:${position?.column}`
    return new XserveError('MODULE_FAILED', clean(found.message), {
      where,
      cause: marked(position?.lineText, position?.column),
    })
  }
  if (isOfLoader(error))
    return new XserveError('MODULE_FAILED', clean(thrown[0]?.message ?? String(error)), { where: file })
  return thrownBy(error, file)
}

/** What the module's own code has thrown. */
export function thrownBy(error: unknown, file: string): XserveError {
  if (error instanceof XserveError) return atUserFrame(error, file)
  const [, ...frames] = stackLines(error)
  return new XserveError('MODULE_FAILED', headline(error), {
    where: positionOf(error) ?? file,
    cause: frames.join('').trimEnd(),
  })
}

/** An error of ours with the place in user code that it comes from. */
export function atUserFrame(error: XserveError, file: string): XserveError {
  const { where, hint, cause } = error.details
  return new XserveError(error.code, error.message, {
    where: where ?? positionOf(error) ?? file,
    hint,
    cause,
  })
}

function hasPosition(message: Message): boolean {
  return typeof message.position?.line === 'number' && message.position.line > 0
}

/** Syntax errors and imports that are not found, as opposed to errors that user code throws. */
function isOfLoader(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isOfLoader)
  const name = (error as { name?: unknown } | null)?.name
  return (
    name === 'BuildMessage' ||
    name === 'ResolveMessage' ||
    (error instanceof SyntaxError && positionOf(error) === undefined)
  )
}

function messagesOf(error: unknown): Message[] {
  if (error instanceof AggregateError) return error.errors as Message[]
  return typeof error === 'object' && error !== null && 'message' in error ? [error as Message] : []
}

async function diagnose(file: string): Promise<readonly Message[]> {
  try {
    const built = await Bun.build({
      entrypoints: [file],
      target: 'bun',
      packages: 'external',
      external: ['xserve'],
      throw: false,
    })
    return built.logs as readonly Message[]
  } catch {
    return []
  }
}

/** A package that is not installed is no affair of the bundler, which leaves packages alone: its name is looked up. */
async function findImport(messages: readonly Message[]): Promise<Message | undefined> {
  for (const { message, specifier, referrer } of messages) {
    if (typeof specifier !== 'string' || typeof referrer !== 'string') continue
    const source = await Bun.file(referrer)
      .text()
      .catch(() => '')
    const lines = source.split('\n')
    for (const [index, lineText] of lines.entries()) {
      const at = Math.max(lineText.indexOf(`'${specifier}'`), lineText.indexOf(`"${specifier}"`))
      if (at === -1) continue
      return { message, position: { file: referrer, line: index + 1, column: at + 1, lineText } }
    }
  }
  return undefined
}

/** The loader and the bundler add words of their own; who imported the user's file is us. */
function clean(message: string): string {
  return message
    .replace(/^(?:error|BuildMessage|ResolveMessage): /i, '')
    .replace(/\s+from ['"][^'"]*['"]$/, '')
    .replace(/ imported from .*$/s, '')
}

/** The source line with a mark under the column. */
function marked(line: string | undefined, column: number | undefined): string {
  if (!line) return ''
  const text = line.slice(0, 200)
  if (!column || column > text.length + 1) return text
  return `${text}\n${text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ')}^`
}
