/** What every front of HTTP must do, whatever carries it: run against each implementation of StartHttpFront. */
import { afterEach, describe } from 'bun:test'
import type { StartHttpFront } from '../../lib/servers/http/exchange.ts'
import { REFUSED } from '../servers/http/refused-requests.ts'
import { testAnswers } from './http-answers.ts'
import { createBench } from './http-bench.ts'
import { testRequests } from './http-requests.ts'

/** `refused`: requests that the front does not take. */
export function httpFrontContract(name: string, start: StartHttpFront, refused = REFUSED): void {
  describe(name, () => {
    const bench = createBench(start)
    afterEach(bench.close)
    testRequests(bench, refused)
    testAnswers(bench)
  })
}
