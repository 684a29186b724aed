/** What holds where nothing is said, on more than one side. Numbers are Jina's unless a reason stands with them. */

/** Requests of one stream or socket that are under way at a time. */
export const PREFETCH = 1000

/** Models may take long to load, and a start that never ends is told of at last; in milliseconds. */
export const TIMEOUT_READY_MS = 600_000

/** So long a document waits for others that go with it to a method that is batched; in milliseconds. */
export const BATCH_TIMEOUT_MS = 10_000

/** To a connection, in milliseconds: who listens there answers at once, and nobody waits longer for one who does not. */
export const CONNECT_TIMEOUT_MS = 5000
