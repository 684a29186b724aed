/** What a deployment may say about its HTTP routes: which there are, where, and how they are described. */

/** One route of `exposeEndpoints`. */
export interface ExposedEndpoint {
  /** Upper case. Default: POST. */
  readonly methods?: readonly string[]
  /** Begins with `/`. Default: the endpoint. */
  readonly path?: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
}

export interface HttpRouteOptions {
  /** `/status`, `/dry_run` and `/post`. Default: true. */
  readonly debugEndpoints?: boolean
  /** `/index`, `/search`, `/update` and `/delete`. Default: true. */
  readonly crudEndpoints?: boolean
  /** Executor endpoint → its own route. */
  readonly exposeEndpoints?: Readonly<Record<string, ExposedEndpoint>>
  /** Any website may call. Default: false. */
  readonly cors?: boolean
  /** Heading of the OpenAPI pages. */
  readonly title?: string
  /** Text below it. */
  readonly description?: string
  /** Version that the OpenAPI pages tell. */
  readonly version?: string
}
