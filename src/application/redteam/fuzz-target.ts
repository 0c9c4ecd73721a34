import { mutate, type Step } from '../../domain/redteam/mutant.ts'
import { EXACT_OBFUSCATIONS } from '../../domain/redteam/obfuscations.ts'
import { FRAME_TECHNIQUE_IDS } from '../../domain/redteam/mutant.ts'
import { below, pick, seededRandom, type Random } from '../../domain/redteam/seeded-random.ts'
import type { BoundAttack } from '../../domain/redteam/bind-case.ts'
import type { AttackAttempt } from '../../domain/redteam/campaign-run.ts'
import { attemptAttack, type AttackPorts, type Tried } from './attempt-attack.ts'

export interface TargetFuzz {
  readonly attempts: readonly AttackAttempt[]
  /** Answers of the system that differ: rule that stopped it, tools that ran, or neither. */
  readonly coverage: readonly string[]
}

interface Entry {
  readonly attack: BoundAttack
  readonly steps: readonly Step[]
  picks: number
}

const STEPS_MAX = 3
const CORPUS_MAX = 1_000
const TECHNIQUES = [...EXACT_OBFUSCATIONS.map(({ id }) => id), ...FRAME_TECHNIQUE_IDS]

/**
 * Mutates attacks on the whole system and keeps those that made it answer in a way not seen before: a rule that had not
 * fired, a tool that had not run. One after another, for each try depends on what the ones before it showed.
 */
export async function fuzzTarget(
  attacks: readonly BoundAttack[],
  budget: number,
  seed: number,
  ports: AttackPorts & { readonly onDone: () => void },
): Promise<TargetFuzz> {
  const random = seededRandom(seed)
  const corpus: Entry[] = attacks
    .filter(({ channel }) => channel === 'user')
    .map((attack) => ({ attack, steps: [], picks: 0 }))
  const coverage = new Set<string>()
  const attempts: AttackAttempt[] = []
  for (let done = 0; done < budget && corpus.length > 0 && !ports.signal.aborted; done++) {
    const entry = draw(corpus, random)
    entry.picks += 1
    const mutant = mutated(entry, random)
    if (mutant !== undefined) {
      const tried = await attemptAttack(mutant.attack, ports)
      attempts.push(tried.attempt)
      const seen = answerOf(tried)
      if (!coverage.has(seen)) {
        coverage.add(seen)
        if (corpus.length < CORPUS_MAX) corpus.push({ attack: entry.attack, steps: mutant.steps, picks: 0 })
      }
    }
    ports.onDone()
  }
  return { attempts, coverage: [...coverage].toSorted() }
}

/** Of four entries the one that was picked least. */
function draw(corpus: readonly Entry[], random: Random): Entry {
  let best = pick(random, corpus)
  for (let other = 0; other < 3; other++) {
    const one = pick(random, corpus)
    if (one.picks < best.picks) best = one
  }
  return best
}

function mutated(
  { attack, steps }: Entry,
  random: Random,
): { readonly attack: BoundAttack; readonly steps: readonly Step[] } | undefined {
  const next = steps.length < STEPS_MAX ? [...steps] : steps.slice(1)
  const grown = [...next, { technique: pick(random, TECHNIQUES), seed: below(random, 2 ** 31) }]
  const mutant = mutate(attack.turns.at(-1) ?? '', grown)
  if (mutant === undefined) return undefined
  const technique = mutant.steps.map((step) => step.technique).join('+')
  return {
    attack: {
      ...attack,
      id: `${attack.id}+${technique}`.slice(0, 100),
      strategy: 'fuzz',
      turns: [...attack.turns.slice(0, -1), mutant.text],
    },
    steps: mutant.steps,
  }
}

function answerOf({ attempt, observation }: Tried): string {
  if (observation === undefined) return 'no answer'
  if (attempt.outcome === 'succeeded') return `${attempt.goal} succeeded`
  if (attempt.blocked !== null) return `stopped by ${attempt.blocked.rule}`
  const tools = [...new Set(observation.toolCalls.map(({ name }) => name))].toSorted()
  return `answered after ${tools.length === 0 ? 'no tool' : tools.join(', ')}`
}
