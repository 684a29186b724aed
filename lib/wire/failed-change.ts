/** How `_status` and GET /status tell of a change that was not taken: under these words and the name of the executor, why. */
export const FAILED_CHANGE = 'failed-change '
