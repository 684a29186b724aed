/** Where a request goes that names no endpoint, or one that the executor has no method for (Jina facts §3.1). */
export const DEFAULT_ENDPOINT = '/default'
