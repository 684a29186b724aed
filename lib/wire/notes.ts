/** What `_status` and GET /status tell of executors that are not as they should be: under these words and a name, why. */

/** The executor's last change was not taken; the version before it serves on. */
export const FAILED_CHANGE = 'failed-change '
/** The process is not there, or has ended several times in a row. */
export const FAILING = 'failing '
