/** A configuration as `loadConfig` takes it: the name of a YAML file, YAML itself, or an object of the same keys. */

import path from 'node:path'
import { isYamlText } from '../config/file-names.ts'
import type { Json } from '../config/given.ts'
import { fromProgram, type Given } from '../config/given.ts'
import { parseYaml, readYaml } from '../config/yaml-file.ts'

export type GivenConfig = string | Json

/** What is called in messages where the text stands in no file. */
const TEXT = '<text>'

/** A text is YAML when it has lines, or begins as YAML does; else it names a file. Throws XserveError FILE_NOT_FOUND, BAD_CONFIG. */
export function readConfig(given: GivenConfig, folder: string): Given {
  if (typeof given !== 'string') return fromProgram(given)
  const isText = given.includes('\n') || isYamlText(given)
  return isText ? parseYaml(given, TEXT) : readYaml(path.resolve(folder, given))
}
