/** Whether a server answers: a dry run through all executors, or a health check where there is none. */
import { asXserveError } from '../errors.ts'
import type { AskOptions, Connection } from './protocols/connection.ts'

/** Never rejects. */
export async function isReady(connection: Connection, options: AskOptions = {}): Promise<boolean> {
  try {
    await connection.askDryRun(options).catch((error) => {
      if (asXserveError(error).code !== 'UNKNOWN_METHOD') throw error
      return connection.askHealth(options)
    })
    return true
  } catch {
    return false
  }
}
