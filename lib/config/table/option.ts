/** What the table of options says of one: its name, type, default and effect. Help, YAML, programs and JSON schema follow it. */

/** Whom an option is for. What a Flow says in `with` and `gateway` is the gateway's. */
export type Scope = 'executor' | 'gateway'

export type OptionType =
  | 'flag'
  | 'text'
  | 'integer'
  /** A list of texts, or one. */
  | 'texts'
  | 'object'
  /** Names and texts. */
  | 'map'
  /** One number, several, or with commas. */
  | 'ports'
  | 'protocols'
  | 'hosts'
  /** `any`, `all`, or endpoint → one of these. */
  | 'polling'
  /** A filter on documents. */
  | 'condition'
  /** Endpoint or method → batching. */
  | 'batching'
  /** Names an executor: a file, an image, an object. */
  | 'uses'
  /** Whatever it is: only somebody else reads it. */
  | 'any'

/**
 * What comes of it. `have`: it works. `later`: it is kept in the plan, for exports and for a version that has it. `export`: it is
 * for containers, kept in the plan. `silent`: what it asks for is so anyway. `none`: it means nothing here.
 */
export type OptionKind = 'have' | 'later' | 'export' | 'silent' | 'none'

export interface ConfigOption {
  /** As in YAML; with dashes on the command line, in camelCase in programs. */
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly type: OptionType
  /** One sentence, for help and schema. */
  readonly summary: string
  /** Other names that are accepted: Jina's. */
  readonly also?: readonly string[]
  /** Left out: nothing holds unless something is said. */
  readonly preset?: unknown
  /** The default in words, where its value does not tell. */
  readonly presetNote?: string
  /** Bounds of an integer. */
  readonly least?: number
  readonly most?: number
  /** The words that a text may be, in any case. */
  readonly choices?: readonly string[]
  /** Of a map: what is wrong with an entry, to follow its name; null: nothing. Default: any will do. */
  readonly badEntry?: (name: string, value: string) => string | null
  /** Default: have. */
  readonly kind?: OptionKind
  /** Of `none`: why; of `export`: why it does nothing where there is no container. */
  readonly note?: string
  /** Of `have`: exports hand it on to the containers as it is written. */
  readonly carried?: true
  /** Said for the whole Flow, it holds for each executor that says nothing else. */
  readonly spreads?: boolean
  /** On the command line: what its value is called, another name, a flag that is on unless negated. */
  readonly cli?: {
    readonly value?: string
    readonly name?: string
    readonly negated?: true
    /** The flag means something when it is off, too: `--no-NAME`. */
    readonly negatable?: true
    readonly also?: readonly string[]
  }
}

export const BOTH: readonly Scope[] = ['executor', 'gateway']
export const EXECUTOR: readonly Scope[] = ['executor']
export const GATEWAY_ONLY: readonly Scope[] = ['gateway']

/** A maker of options for these. */
export const optionFor =
  (scopes: readonly Scope[]) =>
  (name: string, type: OptionType, summary: string, more: Partial<ConfigOption> = {}): ConfigOption => ({
    name,
    scopes,
    type,
    summary,
    ...more,
  })
