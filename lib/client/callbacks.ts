/** Functions that are told of each answer: done or error, then always, as Jina's client calls them (Jina facts §9). */
import type { PostResponse } from './response.ts'

type Callback = (response: PostResponse) => unknown

/** For `post`; a promise is waited for, and what a callback throws ends the post. */
export interface Callbacks {
  /** Told of each good answer. */
  readonly onDone?: Callback | undefined
  /** Told of each answer that is an error, which then does not end the post. */
  readonly onError?: Callback | undefined
  /** Told of each answer, after the other two. */
  readonly onAlways?: Callback | undefined
}

/** Whether somebody was told of an error. */
export async function tell(response: PostResponse, { onDone, onError, onAlways }: Callbacks): Promise<boolean> {
  await (response.isError ? onError : onDone)?.(response)
  await onAlways?.(response)
  return response.isError && onError !== undefined
}
