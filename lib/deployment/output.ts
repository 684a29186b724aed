/** What user code prints: line by line, with the name of its executor in front, so that several can share a terminal. */

/** A line is passed on at this length even when no line break has come, so that endless output needs bounded memory. */
const MAX_LINE_BYTES = 64 * 1024

/** Reads a worker's stdout or stderr to its end; resolves then. Bytes that are no UTF-8 become replacement characters. */
export async function forwardLines(
  stream: ReadableStream<Uint8Array>,
  write: (text: string) => void,
  prefix: string,
): Promise<void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true })
    let out = ''
    let from = 0
    for (let at = rest.indexOf('\n'); at !== -1; at = rest.indexOf('\n', from)) {
      out += `${prefix}${rest.slice(from, at)}\n`
      from = at + 1
    }
    rest = rest.slice(from)
    if (rest.length >= MAX_LINE_BYTES) {
      out += `${prefix}${rest}\n`
      rest = ''
    }
    if (out !== '') write(out)
  }
  rest += decoder.decode()
  if (rest !== '') write(`${prefix}${rest}\n`)
}
