/** The numbers with which a WebSocket says why it ends (RFC 6455 §7.4). */

/** Nothing is wrong. */
export const NORMAL = 1000
export const GOING_AWAY = 1001
export const PROTOCOL_ERROR = 1002
/** A kind of frame that was not agreed on. */
export const WRONG_FRAME = 1003
/** Never sent: the close frame had none. */
export const NO_CODE = 1005
/** Never sent: there was no close frame. */
export const ABNORMAL = 1006
export const INVALID_DATA = 1007
/** Against a rule that has no number of its own. */
export const REFUSED = 1008
export const TOO_BIG = 1009
export const INTERNAL_ERROR = 1011

/** Whether a far end may send it. */
export function isSendable(code: number): boolean {
  if (code >= 3000) return code <= 4999
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== NO_CODE && code !== ABNORMAL
}
