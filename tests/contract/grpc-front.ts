/** What every gRPC front must do, whatever carries it: run against each implementation of StartGrpcFront. */
import { afterEach, describe } from 'bun:test'
import type { StartGrpcFront } from '../../lib/servers/grpc/method.ts'
import { createBench, type Proofs } from './grpc-bench.ts'
import { testCalls } from './grpc-calls.ts'
import { testEnds } from './grpc-ends.ts'

export function grpcFrontContract(name: string, start: StartGrpcFront, proofs?: Proofs): void {
  describe(name, () => {
    const bench = createBench(start, proofs)
    afterEach(bench.close)
    testCalls(bench)
    testEnds(bench)
  })
}
