import { below, seededRandom } from './seeded-random.ts'

interface Selectable {
  readonly id: string
  readonly goal: string
  /** None for what is asked in one way only, such as benign twins. */
  readonly technique?: string | undefined
  readonly language: string
}

export interface CampaignFilter {
  readonly goals?: readonly string[] | undefined
  readonly techniques?: readonly string[] | undefined
  readonly languages?: readonly string[] | undefined
}

/** The cases that a filter leaves. */
export function filterCases<Case extends Selectable>(
  cases: readonly Case[],
  { goals, techniques, languages }: CampaignFilter,
): readonly Case[] {
  const admits = (allowed: readonly string[] | undefined, value: string | undefined): boolean =>
    allowed === undefined || (value !== undefined && allowed.includes(value))
  return cases.filter(
    ({ goal, technique, language }) =>
      admits(goals, goal) && admits(techniques, technique) && admits(languages, language),
  )
}

/**
 * At most `budget` cases: each pair of goal and technique gives one before any gives a second, and which one it gives is
 * drawn by the seed. A small budget thus sees everything once, and the same seed the same cases.
 */
export function planCampaign<Case extends Selectable>(
  cases: readonly Case[],
  budget: number,
  seed: number,
): readonly Case[] {
  const random = seededRandom(seed)
  const groups = new Map<string, Case[]>()
  for (const one of cases) {
    const key = `${one.goal}\n${one.technique ?? ''}`
    const group = groups.get(key) ?? []
    group.push(one)
    groups.set(key, group)
  }
  const queues = shuffled(
    [...groups.values()].map((group) => shuffled(group, random)),
    random,
  )
  const chosen: Case[] = []
  for (let round = 0; chosen.length < budget; round++) {
    const before = chosen.length
    for (const queue of queues) {
      const next = queue[round]
      if (next !== undefined && chosen.length < budget) chosen.push(next)
    }
    if (chosen.length === before) break
  }
  return chosen
}

function shuffled<Value>(values: readonly Value[], random: () => number): readonly Value[] {
  const copy = [...values]
  for (let index = copy.length - 1; index > 0; index--) {
    const other = below(random, index + 1)
    const held = copy[index] as Value
    copy[index] = copy[other] as Value
    copy[other] = held
  }
  return copy
}
