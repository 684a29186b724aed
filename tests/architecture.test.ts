/** The shape of the code, checked: layers, cycles, homes of packages, sizes, names, documentation. */
import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, normalize } from 'node:path'
import {
  BUILT,
  EXITS,
  FORBIDDEN_NAMES,
  HOMES,
  LAYERS,
  layerOf,
  MAX_LINES,
  SHARED_BY_PROTOCOLS,
  UNTESTED,
  unitOf,
} from './architecture/layers.ts'
import { findCycles, type Module, readModule, readModules } from './architecture/modules.ts'

const modules = readModules('lib')
const program = [readModule('cli.ts'), ...modules]

/** Files of the checkout that are, or would be, tracked. */
function trackedFiles(): string[] {
  const { stdout, exitCode } = Bun.spawnSync(['git', 'ls-files', '--cached', '--others', '--exclude-standard', '-z'])
  // Without git (an unpacked archive) the sources themselves are looked at.
  if (exitCode !== 0) return program.map((module) => module.path)
  return stdout
    .toString()
    .split('\0')
    .filter((path) => path !== '' && existsSync(path))
}

const lines = (text: string) => text.trimEnd().split('\n').length

describe('imports', () => {
  test('every unit of lib has its place in the table of layers', () => {
    const unknown = modules.map((module) => module.path).filter((path) => layerOf(path) === -1)
    expect(unknown).toEqual([])
    expect(new Set(LAYERS.flat()).size).toBe(LAYERS.flat().length)
  })

  test('a unit imports only lower ones, siblings of a line never each other', () => {
    const wrong = modules.flatMap(({ path, files }) =>
      files
        .filter((file) => file.startsWith('lib/') && unitOf(file) !== unitOf(path) && layerOf(file) >= layerOf(path))
        .map((file) => `${path} imports ${file}`),
    )
    expect(wrong).toEqual([])
  })

  test('a protocol of servers/ knows nothing of another', () => {
    const protocolOf = (path: string) => /^lib\/servers\/([^/]+)\//.exec(path)?.[1]
    const wrong = modules.flatMap(({ path, files }) => {
      const own = protocolOf(path)
      return own === undefined
        ? []
        : files
            .filter(
              (file) => (protocolOf(file) ?? own) !== own && !SHARED_BY_PROTOCOLS.some((all) => file.startsWith(all)),
            )
            .map((file) => `${path} → ${file}`)
    })
    expect(wrong).toEqual([])
  })

  test('the program imports nothing of tests or fixtures, and cli.ts only commands', () => {
    const outside = modules.flatMap(({ path, files }) =>
      files
        .filter((file) => !file.startsWith('lib/') && file !== 'package.json' && !BUILT.includes(file))
        .map((file) => `${path} → ${file}`),
    )
    expect(outside).toEqual([])
    const reached = program[0]!.files.filter(
      (file) => !file.startsWith('lib/commands/') && file !== 'package.json' && !BUILT.includes(file),
    )
    expect(reached).toEqual([])
  })

  test('no cycles', () => {
    expect(findCycles(new Map(modules.map((module) => [module.path, module.files])))).toEqual([])
  })

  test('the search for cycles finds one', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', []],
      ['e', ['e']],
    ])
    expect(findCycles(graph)).toEqual([['a', 'b', 'c'], ['e']])
  })

  test('a third-party package has one home', () => {
    const wrong = program.flatMap(({ path, packages }) =>
      packages
        .filter((name) => !HOMES[name]?.some((home) => path.startsWith(home)))
        .map((name) => `${path} imports ${name}`),
    )
    expect(wrong).toEqual([])
  })

  test('dependencies are pinned exactly, and the lock file names no host', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    const versions = Object.values({ ...dependencies, ...devDependencies }) as string[]
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
    expect(readFileSync('bun.lock', 'utf8')).not.toMatch(/https?:\/\//)
  })
})

describe('files', () => {
  // What commands share (their options, the way from arguments to a running server) may be as long as any other file.
  const isCommand = (source: string) => /: CommandDefinition = \{/.test(source)
  const limitOf = ({ path, source }: Module) =>
    path === 'cli.ts'
      ? MAX_LINES.cli
      : path.startsWith('tests/')
        ? MAX_LINES.test
        : isCommand(source)
          ? MAX_LINES.command
          : MAX_LINES.file

  test('are short', () => {
    const long = [...program, ...readModules('tests')]
      .filter((module) => lines(module.source) > limitOf(module))
      .map((module) => `${module.path}: ${lines(module.source)} lines, ${limitOf(module)} allowed`)
    expect(long).toEqual([])
  })

  test('are named for one thing, in kebab-case', () => {
    const wrong = modules
      .map(({ path }) => path)
      .filter((path) => {
        const names = path.slice('lib/'.length).replace(/\.ts$/, '').split('/')
        return names.some((name) => FORBIDDEN_NAMES.test(name) || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
      })
    expect(wrong).toEqual([])
  })

  test('say their place in a comment at the top', () => {
    const silent = program.filter(({ source }) => !/^(#!.*\n)?(\/\*\*|\/\/)/.test(source)).map(({ path }) => path)
    expect(silent).toEqual([])
  })

  test('have a test of the same name, or say what covers them', () => {
    const testOf = (path: string) => path.replace(/^lib\//, 'tests/').replace(/\.ts$/, '.test.ts')
    // A file of types has nothing to run.
    const bare = modules.filter(({ path, code }) => code !== '' && !existsSync(testOf(path))).map(({ path }) => path)
    expect(bare.filter((path) => !(path in UNTESTED))).toEqual([])
    expect(Object.keys(UNTESTED).filter((path) => !bare.includes(path))).toEqual([])
    const named = Object.values(UNTESTED).flatMap((reason) => reason.match(/tests\/\S+\.ts/g) ?? [])
    expect(named.filter((path) => !existsSync(path))).toEqual([])
  })

  test('of lib write through the log and end the process in one place', () => {
    const isExit = (path: string) => EXITS.some((place) => path.startsWith(place))
    expect(modules.filter(({ code }) => /\bconsole\.\w+\(/.test(code)).map(({ path }) => path)).toEqual([])
    const exits = modules.filter(({ path, code }) => /\bprocess\.(exit|abort|reallyExit)\(/.test(code) && !isExit(path))
    expect(exits.map(({ path }) => path)).toEqual([])
  })

  test('speak of the project alone', () => {
    // Put together here, so that this file does not hold them itself.
    const slash = '/'
    const forbidden = [
      new RegExp(`(^|[\\s'"\`(=:])${slash}(work|root|home)${slash}\\w`, 'm'),
      new RegExp(['registry', 'npmjs'].join('\\.'), 'i'),
      new RegExp(['pypi', 'org'].join('\\.'), 'i'),
      new RegExp(['proxy', 'golang'].join('\\.'), 'i'),
      new RegExp(['(deb|security)', 'debian'].join('\\.'), 'i'),
      new RegExp(`\\b(this|my|our|next|previous) ${'ses'}${'sion'}\\b`, 'i'),
      new RegExp(`\\b(coding|AI|sub)[- ]?${'age'}${'nt'}s?\\b`, 'i'),
    ]
    const found = trackedFiles()
      .filter((path) => /\.(ts|md|json|toml|proto|ya?ml|sh|lock)$|Makefile$|^\.ci\//.test(path))
      .flatMap((path) => {
        const text = readFileSync(path, 'utf8')
        return forbidden.filter((word) => word.test(text)).map((word) => `${path}: ${text.match(word)![0].trim()}`)
      })
    expect(found).toEqual([])
  })
})

describe('the public module', () => {
  const index = modules.find(({ path }) => path === 'lib/index.ts')

  /** Exported name → the file that declares it, following re-exports. */
  function exportsOf(module: Module): Map<string, string> {
    const found = new Map<string, string>()
    for (const [, names, from] of module.source.matchAll(/export\s+(?:type\s+)?\{([^}]*)\}(?:\s+from\s+'([^']+)')?/g)) {
      for (const part of names!.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').split(',')) {
        const [original, alias] = part
          .trim()
          .replace(/^type\s+/, '')
          .split(/\s+as\s+/)
        if (!original) continue
        const file = from === undefined ? module.path : normalize(`${dirname(module.path)}/${from}`)
        found.set(alias ?? original, `${file}#${original}`)
      }
    }
    for (const [, name] of module.source.matchAll(
      /export\s+(?:async\s+)?(?:class|function|const|interface|type)\s+(\w+)/g,
    )) {
      found.set(name!, `${module.path}#${name}`)
    }
    return found
  }

  test('documents every export', () => {
    expect(index).toBeDefined()
    const names = exportsOf(index!)
    expect(names.size).toBeGreaterThan(5)
    const bare = [...names].filter(([, place]) => {
      const [file, name] = place.split('#') as [string, string]
      const source = readFileSync(file, 'utf8')
      const at = source.search(
        new RegExp(`(export\\s+)?(abstract\\s+|async\\s+)*(class|function|const|interface|type)\\s+${name}\\b`),
      )
      return at === -1 || !/\*\/\s*$/.test(source.slice(0, at))
    })
    expect(bare.map(([name, place]) => `${name} (${basename(place)})`)).toEqual([])
  })

  test('re-exports nothing wholesale: what is public is written down', () => {
    expect(index?.source).not.toMatch(/export\s+\*/)
  })
})
