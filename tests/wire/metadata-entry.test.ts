/** Entries of metadata, as gRPC itself judges them. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { toMetadata } from '../../lib/channel/grpc-settings.ts'
import { badMetadata } from '../../lib/wire/metadata-entry.ts'

test.each([
  ['authorization', 'Bearer x', null],
  ['X-Trace.id_1', '', null],
  ['note-bin', 'größe\n', null],
  ['sp ace', 'x', /is no name of metadata/],
  ['', 'x', /is no name of metadata/],
  ['note', 'größe', /cannot be "größe": values are printable ASCII, note-bin takes any text/],
  ['note', 'two\nlines', /cannot be "two\\nlines"/],
  ['grpc-timeout', '1S', /gRPC keeps for itself/],
])('%j: %j', (name, value, wrong) => {
  if (wrong === null) expect(badMetadata(name, value)).toBeNull()
  else expect(badMetadata(name, value)).toMatch(wrong)
})

test('what is fine here can be sent', () => {
  const part = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-zA-Z0-9_.-]*$/))
  fc.assert(
    fc.property(part, part, (name, value) => {
      if (badMetadata(name, value) === null) toMetadata({ [name]: value })
    }),
  )
})
