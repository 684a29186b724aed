/** Metadata of gRPC: which names and values can travel. */

const NAME = /^[0-9a-z_.-]+$/i
const TEXT = /^[ -~]*$/

/** What is wrong with an entry, to follow its name; null: it can be sent. A name that ends in -bin takes any text. */
export function badMetadata(name: string, value: string): string | null {
  if (!NAME.test(name)) return 'is no name of metadata: letters, digits and _ - . make one'
  if (name.toLowerCase().startsWith('grpc-')) return 'is a name that gRPC keeps for itself'
  if (name.endsWith('-bin') || TEXT.test(value)) return null
  return `cannot be ${JSON.stringify(value)}: values are printable ASCII, ${name}-bin takes any text`
}
