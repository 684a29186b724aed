/** GET /openapi.json, and the two pages that show it: they need no network besides. */
import type { EndpointSchemas } from '../../../wire/schemas/endpoint-schema.ts'
import type { HttpHandler } from '../exchange.ts'
import { docsPage } from '../pages/docs.ts'
import { redocPage } from '../pages/redoc.ts'
import { htmlReply, jsonReply } from '../reply.ts'
import { type Described, describeApi } from './describe.ts'

export interface DocumentationOptions extends Described {
  /** Names of the executors' endpoints. */
  readonly endpoints: () => Promise<readonly string[]>
  /** Those of them that stream. */
  readonly streams: () => Promise<readonly string[]>
  /** What they have declared. */
  readonly schemas: () => Promise<EndpointSchemas>
}

export function documentationRoutes(options: DocumentationOptions): Readonly<Record<string, HttpHandler>> {
  const { title = 'My Jina Service' } = options
  return {
    '/openapi.json': async () => {
      const { endpoints, streams, schemas } = options
      return jsonReply(JSON.stringify(describeApi(options, await endpoints(), await streams(), await schemas())))
    },
    '/docs': () => htmlReply(docsPage(title)),
    '/redoc': () => htmlReply(redocPage(title)),
  }
}
