import type { Agent } from '../manifest/manifest.ts'
import { limitsOfAgent } from './agent-budget.ts'

/** As deep as the manifest's schema lets `maxDepth` be. */
const DEPTH_MAX = 10

/**
 * How many agents may stand above one: the lengths of the ways along `delegates` from an agent that users speak to, each agent
 * on a way having no more levels below it than its `maxDepth`. Empty: it may not act at all.
 */
export function depthsOf(agents: readonly Agent[], id: string): ReadonlySet<number> {
  const byId = new Map(agents.map((agent) => [agent.id, agent]))
  const depths = new Set<number>()
  const seen = new Set<string>()
  const walk = (agent: Agent, depth: number, levelsAbove: number): void => {
    const left = Math.min(levelsAbove, limitsOfAgent(agent).maxDepth)
    const place = `${agent.id}@${depth}@${left}`
    if (seen.has(place)) return
    seen.add(place)
    if (agent.id === id) depths.add(depth)
    if (left < 1 || depth >= DEPTH_MAX) return
    for (const next of agent.delegates ?? []) {
      const below = byId.get(next)
      if (below !== undefined) walk(below, depth + 1, left - 1)
    }
  }
  for (const first of agents) if (isFirst(first, byId)) walk(first, 0, DEPTH_MAX)
  return depths
}

/**
 * Whether users speak to an agent, so that what it is told begins a run. Of agents that hand over to each other in a circle it is
 * the one that the manifest names first: if it were each of them, a circle would begin a run at every turn and never end.
 */
export function beginsRuns(agents: readonly Agent[], id: string): boolean {
  const byId = new Map(agents.map((agent) => [agent.id, agent]))
  const agent = byId.get(id)
  if (agent === undefined || !isFirst(agent, byId)) return false
  const below = reachable(agent, byId)
  return agents
    .slice(0, agents.indexOf(agent))
    .every((earlier) => !below.has(earlier.id) || !reachable(earlier, byId).has(id))
}

/** Nobody calls it but agents that it calls itself, so that a circle of agents that hand over to each other has a beginning. */
function isFirst(agent: Agent, byId: ReadonlyMap<string, Agent>): boolean {
  const below = reachable(agent, byId)
  for (const other of byId.values())
    if (!below.has(other.id) && other.id !== agent.id && reachable(other, byId).has(agent.id)) return false
  return true
}

function reachable(from: Agent, byId: ReadonlyMap<string, Agent>): ReadonlySet<string> {
  const found = new Set<string>()
  const open = [...(from.delegates ?? [])]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue
    found.add(id)
    open.push(...(byId.get(id)?.delegates ?? []))
  }
  return found
}
