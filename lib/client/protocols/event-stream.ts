/** Server-sent events out of bytes as they come (Jina facts §2.4): lines may end in either way, comments are passed over. */

export interface ServerEvent {
  /** `update`, `end`, `error`; `message` where none is named. */
  readonly name: string
  /** Lines of data, put together; '' when there is none. */
  readonly data: string
}

export async function* readEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, void, undefined> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true })
    // A line end may come in two pieces: then it is not known yet what follows.
    const complete = text.endsWith('\r') ? text.slice(0, -1) : text
    const blocks = complete.split(/\r\n\r\n|\n\n|\r\r/)
    const rest = blocks.pop()!
    text = rest + text.slice(complete.length)
    for (const block of blocks) {
      const event = parseEvent(block)
      if (event !== null) yield event
    }
  }
}

/** null for what holds comments alone. */
function parseEvent(block: string): ServerEvent | null {
  let name = ''
  const data: string[] = []
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!
    if (field === 'event') name = value
    else if (field === 'data') data.push(value)
  }
  return name === '' && data.length === 0 ? null : { name: name || 'message', data: data.join('\n') }
}
