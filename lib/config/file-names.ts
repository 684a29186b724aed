/** What a file is by its name, and whether a text is YAML itself rather than such a name. */

export const isYamlName = (name: string): boolean => /\.ya?ml$/i.test(name)

/** A module that Bun loads; its loaders go by the ending, in lower case. */
export const isModuleName = (name: string): boolean => /\.(?:[cm]?[jt]s|[jt]sx)$/.test(name)

/** It begins as the configuration of a Flow, a Deployment or an executor does: with a tag, `jtype` or a brace. */
export const isYamlText = (text: string): boolean => /^\s*(?:!\w|jtype\s*:|\{)/.test(text)
