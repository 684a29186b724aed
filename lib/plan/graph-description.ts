/** A graph as Jina describes it to a gateway: node → those behind it, from one side of the gateway to the other (Jina facts §5.3). */
import { type FlowPlan, GATEWAY } from './plan.ts'

export const START = 'start-gateway'
export const END = 'end-gateway'

/** Those behind a node stand in the order of the graph's nodes, which is not always that in which branches merge. */
export function graphDescription({ graph: { nodes, ends } }: Pick<FlowPlan, 'graph'>): Record<string, string[]> {
  const followers: Record<string, string[]> = { [START]: [] }
  for (const { name } of nodes) followers[name] = []
  for (const { name, needs } of nodes) for (const need of needs) followers[need === GATEWAY ? START : need]!.push(name)
  // Where all float, the request itself is the answer.
  for (const end of ends) followers[end === GATEWAY ? START : end]!.push(END)
  return followers
}
