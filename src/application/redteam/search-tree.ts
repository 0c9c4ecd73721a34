import type { Observation } from '../../domain/evaluation/suite.ts'
import type { BoundAttack } from '../../domain/redteam/bind-case.ts'
import type { AttackAttempt } from '../../domain/redteam/campaign-run.ts'
import { objectiveOf } from '../../domain/redteam/objective.ts'
import { progressOf } from '../../domain/redteam/progress.ts'
import type { AttackerModel, Exchange } from './attacker-model.ts'
import { attemptAttack, type AttackPorts } from './attempt-attack.ts'
import type { Strategy } from './run-campaign.ts'

export interface TreeBounds {
  /** Conversations that are carried on from one level to the next. */
  readonly width: number
  /** Continuations that are tried of each. */
  readonly branching: number
  /** User messages of the longest conversation. */
  readonly depth: number
}

export const TREE_BOUNDS: TreeBounds = { width: 2, branching: 2, depth: 4 }

interface Node {
  readonly turns: readonly string[]
  readonly exchanges: readonly Exchange[]
  readonly progress: number
}

/**
 * Tree of attacks with pruning (after Mehrotra et al. 2023, arXiv:2312.02119): the attacker model continues the most
 * promising conversations; the target's effects, never a model, decide what succeeded. Each attack gives one attempt: the
 * first that succeeded, else the last.
 */
export function treeSearch(attacker: AttackerModel, bounds: TreeBounds = TREE_BOUNDS): Strategy {
  return async (attack, ports) => [await search(attack, ports, attacker, bounds)]
}

/** One conversation that comes closer turn by turn: a tree without branches. */
export function adaptiveCrescendo(attacker: AttackerModel, depth: number): Strategy {
  return async (attack, ports) => {
    const found = await search(attack, ports, attacker, { width: 1, branching: 1, depth })
    return [{ ...found, strategy: 'crescendo' }]
  }
}

// oxlint-disable-next-line max-params -- what is attacked, with what, by whom and within which bounds
async function search(
  attack: BoundAttack,
  ports: AttackPorts,
  attacker: AttackerModel,
  { width, branching, depth }: TreeBounds,
): Promise<AttackAttempt> {
  const objective = objectiveOf(attack)
  const first = await tryTurns(attack, attack.turns, [], ports)
  if (first.attempt.outcome !== 'held') return first.attempt
  let last = first.attempt
  let level: readonly Node[] = [first.node]
  for (let round = attack.turns.length; round < depth && !ports.signal.aborted; round++) {
    const grown: Node[] = []
    for (const parent of level) {
      for (let branch = 0; branch < branching; branch++) {
        const proposed = await attacker.propose(objective, parent.exchanges, ports.signal)
        if (!proposed.ok)
          return { ...last, outcome: 'errored', why: `the attacker model failed: ${proposed.failure.message}` }
        const tried = await tryTurns(attack, [...parent.turns, proposed.value], parent.exchanges, ports)
        last = tried.attempt
        if (last.outcome !== 'held') return last
        grown.push(tried.node)
      }
    }
    level = grown.toSorted((left, right) => right.progress - left.progress).slice(0, width)
  }
  return last
}

// oxlint-disable-next-line max-params -- the attack, its conversation, what was said before and the ports
async function tryTurns(
  attack: BoundAttack,
  turns: readonly string[],
  before: readonly Exchange[],
  ports: AttackPorts,
): Promise<{ readonly attempt: AttackAttempt; readonly node: Node }> {
  const { attempt, observation } = await attemptAttack({ ...attack, turns, strategy: 'tree' }, ports)
  const exchange = { said: turns.at(-1) ?? '', reply: attempt.reply, wasBlocked: attempt.blocked !== null }
  return { attempt, node: { turns, exchanges: [...before, exchange], progress: progressFrom(observation) } }
}

const progressFrom = (observation: Observation | undefined): number =>
  observation === undefined ? 0 : progressOf(observation)
