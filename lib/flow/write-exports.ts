/** Exports from TypeScript: a plan's manifests or Compose file on disk, with what is said beside the Flow. */
import path from 'node:path'
import type { ComposeExportOptions, KubernetesExportOptions } from '../executor/launcher.ts'
import { COMPOSE_FILE, exportCompose } from '../export/compose/index.ts'
import { exportKubernetes } from '../export/kubernetes/index.ts'
import { DEFAULT_KUBERNETES } from '../export/kubernetes/options.ts'
import { writeFile, writeFolder } from '../export/output.ts'
import { createLogger } from '../log.ts'
import type { FlowPlan } from '../plan/plan.ts'
import { programImage, tellOfProgramImage } from './program-image.ts'
import { VERSION } from './version.ts'

/** Resolves with the files, absolute. Throws XserveError NOT_CONTAINERIZED, BAD_CONFIG, BAD_ARGUMENT; then nothing has changed. */
export function writeKubernetes(plan: FlowPlan, folder: string, options: KubernetesExportOptions): readonly string[] {
  const { k8sNamespace = null, force = false, ...given } = options
  const log = createLogger('export')
  const defined = Object.fromEntries(
    Object.entries(given).filter(([key, value]) => key in DEFAULT_KUBERNETES && value !== undefined),
  )
  const kubernetes = { ...DEFAULT_KUBERNETES, ...defined, namespace: k8sNamespace }
  const files = exportKubernetes(
    plan,
    shared(options, (text) => log.warn(text)),
    kubernetes,
  )
  writeFolder(folder, files, { force })
  log.info(`Kubernetes manifests are in ${folder}: kubectl apply -R -f ${folder}`)
  return files.map((file) => path.resolve(folder, file.path))
}

/** As above. `file`: docker-compose.yml when left out. */
export function writeCompose(
  plan: FlowPlan,
  file: string | undefined,
  options: ComposeExportOptions,
): readonly string[] {
  const { networkName = null, force = false } = options
  const log = createLogger('export')
  const place = path.resolve(file ?? COMPOSE_FILE)
  const folder = path.dirname(place)
  const text = exportCompose(plan, { ...shared(options, (told) => log.warn(told)), networkName, folder })
  writeFile(place, text, { force })
  log.info(`The Compose file is ${place}: docker compose -f ${place} up`)
  return [place]
}

function shared(
  { includeGateway = true, gatewayImage, images = {} }: ComposeExportOptions,
  warn: (text: string) => void,
) {
  const program = programImage(gatewayImage, process.env)
  if (includeGateway) tellOfProgramImage(program, warn)
  return { includeGateway, program, images, warn, version: VERSION }
}
