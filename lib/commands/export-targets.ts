/** `xserve export kubernetes` and `docker-compose`: read, make, then print, compare or write. */

import path from 'node:path'
import { XserveError } from '../errors.ts'
import { COMPOSE_FILE, exportCompose } from '../export/compose/index.ts'
import { exportKubernetes, namespaceOf } from '../export/kubernetes/index.ts'
import type { KubernetesOptions } from '../export/kubernetes/options.ts'
import { type Difference, differences, type OutputFile, writeFile, writeFolder } from '../export/output.ts'
import type { Args } from './arguments.ts'
import { withBuilt } from './export-images.ts'
import { readExportOptions, readKubernetesOptions } from './export-options.ts'
import { readExportPlan } from './export-plan.ts'
import { printWarnings } from './warnings.ts'

const HOW: Readonly<Record<KubernetesOptions['format'], (folder: string) => string>> = {
  manifests: (folder) => `Kubernetes manifests are in ${folder}: kubectl apply -R -f ${folder}`,
  kustomize: (folder) => `The folder for Kustomize is ${folder}: kubectl apply -k ${folder}`,
  helm: (folder) => `The Helm chart is ${folder}: helm upgrade --install NAME ${folder}`,
}

export async function toKubernetes(args: Args): Promise<number> {
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const kubernetes = readKubernetesOptions(args)
  const plan = await readExportPlan(args.positional(1), args, warn)
  const options = await withBuilt(plan, args, readExportOptions(args, warn))
  const files = exportKubernetes(plan, options, kubernetes)
  await printWarnings(warnings)
  const diff = args.text('diff')
  if (diff !== undefined) return printDifferences(differences(diff, files))
  if (args.flag('stdout')) return print(files.map(({ text }) => text).join('---\n'))
  const folder = args.positional(2)
  if (folder === undefined) {
    throw new XserveError('BAD_ARGUMENT', 'where to? The folder is missing', {
      hint: 'xserve export kubernetes flow.yml k8s/, or --stdout',
    })
  }
  writeFolder(folder, files, { force: args.flag('force') === true })
  const namespace = namespaceOf(plan, kubernetes)
  const isThere = namespace === 'default' || kubernetes.createNamespace || kubernetes.format === 'helm'
  const first = isThere
    ? ''
    : `, once there is the namespace: kubectl create namespace ${namespace}, or --create-namespace`
  return print(`${HOW[kubernetes.format](folder)}${first}\n`)
}

export async function toCompose(args: Args): Promise<number> {
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const file = path.resolve(args.positional(2) ?? args.text('diff') ?? COMPOSE_FILE)
  const plan = await readExportPlan(args.positional(1), args, warn)
  const options = await withBuilt(plan, args, readExportOptions(args, warn))
  const text = exportCompose(plan, {
    ...options,
    networkName: args.text('network-name') ?? null,
    folder: path.dirname(file),
  })
  const output: OutputFile = { path: path.basename(file), text }
  await printWarnings(warnings)
  const diff = args.text('diff')
  if (diff !== undefined) return printDifferences(differences(path.dirname(file), [output], true))
  if (args.flag('stdout')) return print(output.text)
  writeFile(file, output.text, { force: args.flag('force') === true })
  const shown = path.relative(process.cwd(), file)
  return print(`The Compose file is ${shown}: docker compose -f ${shown} up\n`)
}

async function print(text: string): Promise<number> {
  await Bun.write(Bun.stdout, text)
  return 0
}

/** As `diff` has it: 1 when there is any. */
async function printDifferences(found: readonly Difference[]): Promise<number> {
  for (const { path: name, kind, lines } of found)
    await print(`${kind} ${name}\n${lines.map((line) => `  ${line}\n`).join('')}`)
  if (found.length === 0) await print('nothing would change\n')
  return found.length > 0 ? 1 : 0
}
