/** `xserve export WHAT`: a Flow or an executor for other systems, and what editors can use of the configuration. */
import { XserveError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import type { Args, CommandDefinition, Option } from './arguments.ts'
import { EXPORT_OPTIONS } from './export-options.ts'
import { PLAN_OPTIONS } from './export-plan.ts'
import { IMAGE_OPTIONS } from './image-options.ts'

/** Resolves with the exit code. Rejects with XserveError. */
type Target = (args: Args) => Promise<number>

const kubernetes: Target = async (args) => (await import('./export-targets.ts')).toKubernetes(args)
const compose: Target = async (args) => (await import('./export-targets.ts')).toCompose(args)

const TARGETS: Readonly<Record<string, Target>> = {
  kubernetes,
  k8s: kubernetes,
  'docker-compose': compose,
  compose,
  flowchart: async (args) => (await import('./export-flowchart.ts')).toFlowchart(args),
  dockerfile: async (args) => (await import('./export-dockerfile.ts')).toDockerfile(args),
  schema: async (args) => (await import('./export-schema.ts')).toSchema(args),
}

const taken = new Set(EXPORT_OPTIONS.map(({ name }) => name))
const JSON_PATH: Option = {
  name: 'json-path',
  type: 'text',
  value: 'FILE',
  summary: 'The file of the schema, as Jina names it',
  also: ['schema-path'],
  hidden: true,
}

export const exportCommand: CommandDefinition = {
  name: 'export',
  summary:
    'Write a Flow or an executor for Kubernetes, Docker Compose or a builder of images, its picture, or the JSON schema of YAML',
  positionals: [
    {
      name: 'what',
      summary: 'kubernetes (k8s), docker-compose (compose), dockerfile, flowchart, schema',
      required: true,
    },
    {
      name: 'file',
      summary: "A Flow's YAML, docker://image, or an executor's file or YAML; of the schema: the file to write",
      required: false,
    },
    {
      name: 'out',
      summary:
        'Folder (kubernetes, dockerfile) or file (default: docker-compose.yml) to write; of a flowchart: .svg, .png, .mmd or .md (default: Mermaid on stdout)',
      required: false,
    },
  ],
  options: [...EXPORT_OPTIONS, ...IMAGE_OPTIONS, JSON_PATH, ...PLAN_OPTIONS.filter(({ name }) => !taken.has(name))],
  examples: [
    `xserve export kubernetes flow.yml k8s/ --build --repository registry.example.com/team`,
    `xserve export docker-compose flow.yml --build`,
    `xserve export kubernetes flow.yml --diff k8s/  # what would change`,
    `xserve export dockerfile my_executor.ts image/`,
    `xserve export flowchart flow.yml flow.svg`,
    `xserve export schema flow.schema.json  # for editors: completion and checks of YAML`,
  ],
  run(args) {
    const what = args.positional(0)
    if (what === undefined) {
      throw new XserveError('BAD_ARGUMENT', 'export for what? It is missing', {
        hint: `for example: xserve export kubernetes flow.yml k8s/; or ${Object.keys(TARGETS).join(', ')}`,
      })
    }
    if (Object.hasOwn(TARGETS, what)) return TARGETS[what]!(args)
    const guess = nearest(what, Object.keys(TARGETS))
    throw new XserveError('BAD_ARGUMENT', `there is no export of ${what}`, {
      hint: guess === undefined ? `exports: ${Object.keys(TARGETS).join(', ')}` : `did you mean ${guess}?`,
    })
  },
}
