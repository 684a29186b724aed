/**
 * An image of a Python Jina executor, made without any registry: the interpreter and the packages of the environment that
 * `make interop` installs, on the base that all images here have.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { BASE, sh } from './images.ts'

const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache')
/** With Jina 3.14 in it. */
export const ENVIRONMENT = path.join(cache, 'xserve-interop', 'v1')

const EXECUTOR = `from socket import gethostname
from jina import DocumentArray, Executor, requests


class Signer(Executor):
    def __init__(self, suffix='', **kwargs):
        super().__init__(**kwargs)
        self.suffix = suffix

    @requests
    def sign(self, docs: DocumentArray, **kwargs):
        for doc in docs:
            doc.text = f'{doc.text}{self.suffix} signed {gethostname()}'
`
const PROGRAM = `#!/opt/python/bin/python3
from jina_cli import main

main()
`
const DOCKERFILE = `FROM ${BASE}
COPY python /opt/python
COPY libraries /opt/libraries
COPY jina /usr/local/bin/jina
COPY executor.py config.yml /workspace/
ENV LD_LIBRARY_PATH=/opt/python/lib:/opt/libraries HOME=/tmp JINA_OPTOUT_TELEMETRY=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /workspace
USER 1000:1000
ENTRYPOINT ["jina", "executor", "--uses", "config.yml"]
`
/** Of the standard library, what no server needs. */
const SPARED = /\/(?:test|idlelib|ensurepip|tkinter|lib2to3|turtledemo|config-[^/]*|__pycache__|site-packages)$/
/** Of the base image. */
const IN_BASE = /^(?:ld-linux|lib(?:c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so)/

/** Builds it, unless one of the same packages is there, and tells its name. */
export async function pythonImage(): Promise<string> {
  const stamp = path.join(ENVIRONMENT, '.requirements.sha256')
  if (!existsSync(stamp)) throw new Error(`${ENVIRONMENT} is not complete: make interop INTEROP_SUITE=v1 installs it`)
  const recipe = Bun.hash(EXECUTOR + PROGRAM + DOCKERFILE + readFileSync(stamp, 'utf8')).toString(16)
  const tag = `jina-test-signer:${recipe}`
  if ((await sh('docker', 'images', '-q', tag)).trim() !== '') return tag
  const folder = mkdtempSync(path.join(tmpdir(), 'xserve-python-'))
  try {
    await collect(folder)
    await sh('docker', 'build', '-q', '-t', tag, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return tag
}

async function collect(folder: string): Promise<void> {
  const python = path.join(ENVIRONMENT, 'bin', 'python')
  const asked = 'import sys; print(sys.base_prefix, "python%d.%d" % sys.version_info[:2], sep="\\n")'
  const [prefix = '', version = ''] = (await sh(python, '-c', asked)).split('\n')
  const [binary, lib] = [path.join(folder, 'python/bin/python3'), path.join(folder, 'python/lib')]
  for (const made of ['python/bin', 'python/lib', 'libraries']) mkdirSync(path.join(folder, made), { recursive: true })
  cpSync(path.join(prefix, 'bin', version), binary, { dereference: true })
  const standard = path.join(lib, version)
  cpSync(path.join(prefix, 'lib', version), standard, { recursive: true, filter: (from) => !SPARED.test(from) })
  const packages = path.join('lib', version, 'site-packages')
  cpSync(path.join(ENVIRONMENT, packages), path.join(folder, 'python', packages), { recursive: true })
  for (const library of await librariesOf(folder, binary)) {
    cpSync(library, path.join(folder, 'libraries', path.basename(library)), { dereference: true })
  }
  writeFileSync(path.join(folder, 'jina'), PROGRAM, { mode: 0o755 })
  writeFileSync(path.join(folder, 'executor.py'), EXECUTOR)
  writeFileSync(path.join(folder, 'config.yml'), 'jtype: Signer\npy_modules: [executor.py]\n')
  writeFileSync(path.join(folder, 'Dockerfile'), DOCKERFILE)
}

/** What the program and the modules in the folder link to and the base does not have. */
async function librariesOf(folder: string, binary: string): Promise<ReadonlySet<string>> {
  const modules = [...new Bun.Glob('python/**/*.so*').scanSync({ cwd: folder, absolute: true })]
  const found = new Set<string>()
  for (const line of (await sh('sh', '-c', 'ldd "$@" 2>/dev/null || true', 'ldd', binary, ...modules)).split('\n')) {
    const library = /=> (\/\S+)/.exec(line)?.[1]
    if (library === undefined || library.startsWith(folder) || IN_BASE.test(path.basename(library))) continue
    found.add(library)
  }
  return found
}
