/** What `xserve new` begins with: an executor, a Flow of it, and what an editor wants to have. */

import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { unwritable } from '../config/unwritable.ts'
import { XserveError } from '../errors.ts'

const EXECUTOR = `import { type DocumentArray, Executor, requests } from 'xserve'

export default class Greeter extends Executor {
  @requests()
  greet({ docs }: { docs: DocumentArray }) {
    for (const doc of docs) doc.text = \`hello, \${doc.text ?? 'nobody'}\`
  }
}
`

const FLOW = `jtype: Flow
with:
  port: 54321
executors:
  - name: greeter
    uses: executor.ts
`

const TSCONFIG = `{
  "compilerOptions": {
    "target": "ESNext",
    "module": "Preserve",
    "strict": true,
    "noEmit": true,
    "skipLibCheck": true,
    "allowImportingTsExtensions": true
  },
  "exclude": ["node_modules"]
}
`

const IGNORED = `node_modules/
workspace/
`

const readme = (name: string): string => `# ${name}

    xserve run executor.ts --port 54321 --reload   # the executor alone; what is saved is served at once
    xserve flow flow.yml --reload                  # as a Flow
    xserve post localhost:54321 --text Ada         # in another terminal

\`executor.ts\` holds the executor, \`flow.yml\` the graph (\`xserve graph flow.yml\` draws it, \`xserve check\` checks it).
\`xserve types\` writes the types for editors anew, after another version of xserve was installed, or the project cloned.
`

export interface Project {
  /** Absolute. */
  readonly folder: string
  /** Names in it. */
  readonly files: readonly string[]
}

/**
 * Makes the folder where there is none. Throws XserveError BAD_ARGUMENT for one that is not empty or cannot be written to, and
 * then nothing has changed.
 */
export function writeProject(name: string): Project {
  const folder = path.resolve(name)
  refuseFull(folder, name)
  const files = Object.entries({
    'executor.ts': EXECUTOR,
    'flow.yml': FLOW,
    'tsconfig.json': TSCONFIG,
    'README.md': readme(path.basename(folder)),
    '.gitignore': IGNORED,
  })
  const written: string[] = []
  let made: string | undefined
  try {
    made = mkdirSync(folder, { recursive: true })
    for (const [file, text] of files) {
      writeFileSync(path.join(folder, file), text, { flag: 'wx' })
      written.push(file)
    }
  } catch (error) {
    for (const file of written) rmSync(path.join(folder, file))
    if (made !== undefined) removeUpTo(made, folder)
    throw unwritable('the project', error)
  }
  return { folder, files: written }
}

function refuseFull(folder: string, name: string): void {
  if (!existsSync(folder)) return
  if (!statSync(folder).isDirectory()) throw new XserveError('BAD_ARGUMENT', `${name} is there already, and is a file`)
  // A repository that has only been made is still an empty place.
  const there = readdirSync(folder).filter((one) => one !== '.git')
  if (there.length === 0) return
  throw new XserveError(
    'BAD_ARGUMENT',
    `the folder ${name} is not empty: a project would get mixed up with what is there`,
    {
      hint: `in it is ${there.slice(0, 3).join(', ')}; name a folder that is not there yet`,
    },
  )
}

/** From the innermost folder to the first that had to be made. */
function removeUpTo(first: string, folder: string): void {
  for (let at = folder; ; at = path.dirname(at)) {
    rmdirSync(at)
    if (at === first || at === path.dirname(at)) return
  }
}
