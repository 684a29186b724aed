/** What Jina 3.34 was recorded to stream for a document of the second dialect, and where ours is to be better. */
import { expect, test } from 'bun:test'
import { dataToNodeJson } from '../../lib/document/v2/to-json.ts'
import { detachedContext } from '../../lib/wire/call.ts'
import { encodeFrame, parseSingleDocument, streamDocuments } from '../../lib/wire/single-document.ts'
import { decodeStatus } from '../../lib/wire/status.ts'
import vectors from '../fixtures/vectors/v2/streams.json'
import { runtimeOf } from './kitchen.ts'
import { Many } from './second.ts'

interface Case {
  readonly request: string
  readonly frames: readonly string[]
  readonly status: string
}

/** Documents without the ids that are made, and without nulls of fields that a class has and ours has not declared. */
function frameOf(bytes: Uint8Array) {
  const envelope = parseSingleDocument(bytes)
  const fields = dataToNodeJson(envelope.data).map((document) =>
    Object.fromEntries(
      Object.entries(document)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, /^[0-9a-f]{32}$/.test(String(value)) ? '<id>' : value]),
    ),
  )
  const { code, exception } = decodeStatus(envelope.status)
  return { fields, code, args: exception?.args ?? [] }
}

for (const [name, recorded] of Object.entries(vectors as Record<string, Case>)) {
  test(name, async () => {
    const request = parseSingleDocument(Buffer.from(recorded.request, 'base64'))
    const frames = []
    for await (const frame of streamDocuments(runtimeOf(Many), request, detachedContext())) {
      frames.push(frameOf(encodeFrame(frame)))
    }
    const expected = recorded.frames.map((frame) => frameOf(Buffer.from(frame, 'base64')))
    if (name.includes('error in the middle')) {
      // Jina ends the call with UNKNOWN, and its gateway calls again from the start; a frame that tells is the end of ours.
      expect(frames).toEqual([expected[0]!, { ...frames[1]!, code: 1, args: ['broke in the middle'] }])
    } else if (name.includes('does not stream')) {
      expect(frames).toEqual([{ ...expected[0]!, args: [expect.stringContaining(expected[0]!.args[0]!)] }])
    } else expect(frames).toEqual(expected)
  })
}
