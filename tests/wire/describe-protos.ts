/**
 * Makes lib/wire/descriptors.json of the texts in proto/: `bun tests/wire/describe-protos.ts` writes it, the test beside
 * compares. protobufjs parses; the descriptors are built here since its own are without type names of other files.
 */
import { join } from 'node:path'
import protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor'

/** Relative to proto/; the order of the file. */
const FILES = [
  'jina.proto',
  'docarray.proto',
  'google/protobuf/timestamp.proto',
  'google/protobuf/struct.proto',
  'google/protobuf/empty.proto',
  'grpc/health/v1/health.proto',
  'grpc/reflection/v1alpha/reflection.proto',
  'grpc/reflection/v1/reflection.proto',
] as const

const ROOT = join(import.meta.dir, '../..')
export const DESCRIPTORS = join(ROOT, 'lib/wire/descriptors.json')

/** What older servers do without: jina.proto is described with and without. */
const STREAMS = ['SingleDocumentRequestProto', 'JinaSingleDocumentRequestRPC']

export interface DescribedFile {
  readonly name: string
  /** Which of two forms of a file it is: with or without streaming endpoints. */
  readonly streams?: boolean
  /** FileDescriptorProto, base64. */
  readonly descriptor: string
  /** Full names of everything a client may ask for. */
  readonly symbols: readonly string[]
}

/** FieldDescriptorProto.Type of the types that proto/ uses. */
const TYPES: Readonly<Record<string, number>> = {
  double: 1,
  float: 2,
  int64: 3,
  int32: 5,
  bool: 8,
  string: 9,
  bytes: 12,
  uint32: 13,
}
const MESSAGE = 11
const ENUM = 14
const OPTIONAL = 1
const REPEATED = 3

type Plain = Record<string, unknown>

export async function describeProtos(): Promise<DescribedFile[]> {
  const root = new protobuf.Root()
  const parsed = []
  for (const name of FILES) {
    const text = await Bun.file(join(ROOT, 'proto', name)).text()
    parsed.push({ name, ...protobuf.parse(text, root, { keepCase: true }), owned: text })
  }
  root.resolveAll()
  return parsed.flatMap((file) => {
    if (file.name !== 'jina.proto') return [describeFile(root, file)]
    return [false, true].map((streams) => ({ ...describeFile(root, file, streams ? [] : STREAMS), streams }))
  })
}

interface Parsed {
  readonly name: string
  readonly package: string | undefined
  readonly imports: string[] | undefined
  /** The text. */
  readonly owned: string
}

function describeFile(
  root: protobuf.Root,
  { name, package: packageName, imports, owned }: Parsed,
  without: string[] = [],
) {
  const scope = root.lookup(packageName ?? '') as protobuf.Namespace
  // Several files share google.protobuf: a definition belongs to the file whose text declares it.
  const own = scope.nestedArray.filter(
    (item) => new RegExp(`^(message|enum|service) ${item.name}\\b`, 'm').test(owned) && !without.includes(item.name),
  )
  // protoc gives the well-known types JSON names; Jina's files have none, and grpcurl prints what is there.
  const json = name.startsWith('google/')
  const file = {
    name,
    package: packageName,
    dependency: imports ?? [],
    messageType: own.filter((item) => item instanceof protobuf.Type).map((item) => describeMessage(item, json)),
    enumType: own.filter((item) => item instanceof protobuf.Enum).map(describeEnum),
    service: own
      .filter((item) => item instanceof protobuf.Service)
      .map((item) => describeService(item, name === 'jina.proto')),
    syntax: 'proto3',
  }
  const type = descriptor.FileDescriptorProto as unknown as protobuf.Type
  const bytes = type.encode(type.create(file)).finish()
  return { name, descriptor: Buffer.from(bytes).toString('base64'), symbols: own.flatMap(symbolsOf) }
}

function describeMessage(type: protobuf.Type, json: boolean): Plain {
  const entries = type.fieldsArray.filter((field) => field.map) as unknown as protobuf.MapField[]
  // A plain oneof comes first, the ones that `optional` makes come last.
  const oneofs = [...type.oneofsArray].sort((a, b) => Number(a.name.startsWith('_')) - Number(b.name.startsWith('_')))
  return {
    name: type.name,
    field: type.fieldsArray.map((field) => describeField(field, oneofs, json)),
    nestedType: [
      ...entries.map((field) => describeEntry(field, json)),
      ...type.nestedArray.filter((item) => item instanceof protobuf.Type).map((item) => describeMessage(item, json)),
    ],
    enumType: type.nestedArray.filter((item) => item instanceof protobuf.Enum).map(describeEnum),
    oneofDecl: oneofs.map((oneof) => ({ name: oneof.name })),
  }
}

function describeField(field: protobuf.Field, oneofs: protobuf.OneOf[], json: boolean): Plain {
  const { map } = field
  return {
    name: field.name,
    number: field.id,
    label: map || field.repeated ? REPEATED : OPTIONAL,
    ...(map ? { type: MESSAGE, typeName: `${field.parent?.fullName}.${entryName(field.name)}` } : typeOf(field)),
    ...(field.partOf ? { oneofIndex: oneofs.indexOf(field.partOf) } : {}),
    ...(field.options?.proto3_optional ? { proto3Optional: true } : {}),
    ...(json ? { jsonName: field.name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) } : {}),
  }
}

function typeOf(field: protobuf.FieldBase): Plain {
  const target = field.resolvedType
  if (!target) return { type: TYPES[field.type] }
  return { type: target instanceof protobuf.Enum ? ENUM : MESSAGE, typeName: target.fullName }
}

function describeEntry(field: protobuf.MapField, json: boolean): Plain {
  const name = (text: string): Plain => (json ? { jsonName: text } : {})
  return {
    name: entryName(field.name),
    field: [
      { name: 'key', number: 1, label: OPTIONAL, type: TYPES[field.keyType], ...name('key') },
      { name: 'value', number: 2, label: OPTIONAL, ...typeOf(field), ...name('value') },
    ],
    options: { mapEntry: true },
  }
}

function entryName(field: string): string {
  return `${field.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Entry`
}

function describeEnum(type: protobuf.ReflectionObject): Plain {
  const values = Object.entries((type as protobuf.Enum).values)
  return { name: type.name, value: values.map(([name, number]) => ({ name, number })) }
}

/** protoc writes empty options for a method with braces, as Jina's have. */
function describeService(service: protobuf.Service, braces: boolean): Plain {
  const absolute = (name: string): string => service.parent?.lookup(name)?.fullName ?? name
  return {
    name: service.name,
    method: service.methodsArray.map((method) => ({
      name: method.name,
      inputType: absolute(method.requestType),
      outputType: absolute(method.responseType),
      ...(braces ? { options: {} } : {}),
      ...(method.requestStream ? { clientStreaming: true } : {}),
      ...(method.responseStream ? { serverStreaming: true } : {}),
    })),
  }
}

function symbolsOf(item: protobuf.ReflectionObject): string[] {
  const name = item.fullName.slice(1)
  if (item instanceof protobuf.Service) return [name, ...item.methodsArray.map((method) => `${name}.${method.name}`)]
  if (!(item instanceof protobuf.Type)) return [name]
  return [name, ...item.fieldsArray.map((field) => `${name}.${field.name}`), ...item.nestedArray.flatMap(symbolsOf)]
}

if (import.meta.main) await Bun.write(DESCRIPTORS, `${JSON.stringify(await describeProtos(), null, 2)}\n`)
