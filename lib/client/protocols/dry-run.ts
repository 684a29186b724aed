/** A dry run that an executor did not survive, as an error. */
import { XserveError } from '../../errors.ts'
import type { Status } from '../../wire/status.ts'

export function dryRunFailed(address: string, { description, exception }: Status): XserveError {
  const executor = exception?.executor ? `${exception.executor}: ` : ''
  return new XserveError('ANSWER_FAILED', `the dry run failed: ${executor}${description || 'without a reason'}`, {
    where: address,
  })
}
