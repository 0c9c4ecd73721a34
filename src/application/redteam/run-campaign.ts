import type { BoundAttack } from '../../domain/redteam/bind-case.ts'
import type { BenignTwin } from '../../domain/redteam/attack-case.ts'
import type { AttackAttempt, CampaignRun, TwinAttempt } from '../../domain/redteam/campaign-run.ts'
import { attemptAttack, type AttackPorts } from './attempt-attack.ts'

/** How one planned attack is carried out; the plain strategy runs it once. */
export type Strategy = (attack: BoundAttack, ports: AttackPorts) => Promise<readonly AttackAttempt[]>

export const runOnce: Strategy = async (attack, ports) => [(await attemptAttack(attack, ports)).attempt]

export interface CampaignPorts extends AttackPorts {
  readonly strategy: Strategy
  readonly onDone: () => void
}

const CONCURRENCY = 8

/** Runs every attack and every twin; results keep the order of the plan, what an interruption left out is missing. */
export async function runCampaign(
  attacks: readonly BoundAttack[],
  twins: readonly BenignTwin[],
  ports: CampaignPorts,
): Promise<CampaignRun> {
  const attempts = await inOrder(attacks, ports, (attack) => ports.strategy(attack, ports))
  const answered = await inOrder(twins, ports, (twin) => runTwin(twin, ports))
  return { attempts: attempts.flat(), twins: answered }
}

async function inOrder<Item, Value>(
  items: readonly Item[],
  { signal, onDone }: CampaignPorts,
  run: (item: Item) => Promise<Value>,
): Promise<readonly Value[]> {
  const results = new Map<number, Value>()
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length && !signal.aborted) {
      const index = next++
      results.set(index, await run(items[index] as Item))
      onDone()
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  return [...results].toSorted(([left], [right]) => left - right).map(([, value]) => value)
}

async function runTwin(twin: BenignTwin, { target, subject, signal }: AttackPorts): Promise<TwinAttempt> {
  const { turns, ...head } = twin
  try {
    const { blocked } = await target.run(turns, subject, signal)
    return blocked === null
      ? { ...head, outcome: 'answered', why: '' }
      : { ...head, outcome: 'blocked', why: `stopped with ${blocked.code} (${blocked.rule})` }
  } catch (error) {
    // The target is the user's code, as above.
    return { ...head, outcome: 'errored', why: (error instanceof Error ? error.message : String(error)).slice(0, 300) }
  }
}
