import { guardDocument } from '../guardrail/guard-document.ts'
import type { SidePolicy } from '../guardrail/guard-policy.ts'
import {
  guardText,
  judgementOf,
  refusesUnread,
  type GuardJudgement,
  type GuardOptions,
} from '../guardrail/guard-text.ts'
import { judgeText } from '../guardrail/judge-text.ts'
import type { Obligation } from '../guardrail/obligation.ts'
import { boundedMemo } from './bounded-memo.ts'
import { askedFor, isAttackMissed, isValueMissed } from './is-missed.ts'
import {
  ATTACK_TECHNIQUES,
  FRAME_TECHNIQUE_IDS,
  mutate,
  writeWithin,
  VALUE_TECHNIQUES,
  type Mutant,
  type Step,
} from './mutant.ts'
import { below, pick, type Random } from './seeded-random.ts'
import type { FuzzSetup } from './configured-seeds.ts'
import { ATTACK_SEEDS, type AttackSeed } from './seeds.ts'
import { valueSeeds, type ValueSeed } from './value-seeds.ts'

export type GuardSide = 'input' | 'document' | 'output'

/** What is mutated: an attack on the model, or a value that must not pass. */
export type FuzzSeed = ({ readonly type: 'attack' } & AttackSeed) | ({ readonly type: 'value' } & ValueSeed)

/** A text that got past the guard and still carries what it began with. */
export interface Bypass {
  readonly seed: FuzzSeed
  /** Goal of an attack or kind of a value. */
  readonly goal: string
  /** Techniques that it takes, joined by `+`; `none` when the text passes as it is. */
  readonly technique: string
  readonly text: string
  readonly action: Obligation
  /** Injection score, 0 to 1. */
  readonly score: number
  readonly steps: number
  readonly lossy: number
}

export interface FuzzReport {
  /** Texts that the guard judged for the count; those of the minimisation are not among them. */
  readonly tries: number
  /** Mutants that no longer carried their attack and were thrown away unjudged. */
  readonly discarded: number
  readonly bypasses: number
  /** Pairs of detector and tenth of its score that were seen. */
  readonly coverage: number
  /** Seeds that the guard does not see even in the open. */
  readonly missedOpen: number
  readonly seeds: number
  /** Tries that got past, by technique and by goal, most first. */
  readonly byTechnique: readonly (readonly [string, number])[]
  readonly byGoal: readonly (readonly [string, number])[]
  /** One for each technique and goal, in the order in which they were found. */
  readonly kept: readonly Bypass[]
}

interface Judged {
  /** What the policy says. */
  readonly judgement: GuardJudgement
  /** What the detectors saw, below the policy's threshold too. */
  readonly seen: GuardJudgement
  readonly isBypass: boolean
}

interface KnownWay {
  readonly name: string
  readonly techniques: ReadonlySet<string>
}

interface Entry {
  readonly seed: FuzzSeed
  readonly steps: readonly Step[]
  readonly score: number
  readonly energy: number
  picks: number
}

export const NO_TECHNIQUE = 'none'
const CORPUS_MAX = 2_000
const KEPT_MAX = 5_000
/** What is remembered of texts, so that none is worked on twice in a row; a text has 4,000 characters at most. */
const CLASSIFIED_MAX = 4_096
const JUDGED_MAX = 4_096
const WRITTEN_MAX = 8_192
const STEPS_MAX = 6
/** Mutants that are thrown away in a row before the fuzzer draws another entry. */
const ATTEMPTS_MAX = 20
/** Scores below the policy's threshold are watched down to here: they steer the search and decide nothing. */
const WATCHED_FROM = 0.05
const DRAWN = 4
/** Picks that a known way past costs the entry that led to it. */
const KNOWN_COST = 4

/** The seeds that a side's policy asks something about. */
export function seedsFor(policy: SidePolicy, random: Random): readonly FuzzSeed[] {
  const isAsked: Readonly<Record<ValueSeed['category'], boolean>> = {
    pii: policy.pii !== 'allow',
    secret: policy.secrets !== 'allow',
    link: policy.links !== undefined,
    // These are the manifest's own: they come with its configuration.
    banned: false,
    'prompt-leak': false,
    grounding: false,
    authority: false,
  }
  return [
    ...(policy.injection.at <= 1 && policy.injection.action !== 'allow'
      ? ATTACK_SEEDS.map((seed): FuzzSeed => ({ type: 'attack', ...seed }))
      : []),
    ...valueSeeds(random)
      .filter(({ category }) => isAsked[category])
      .map((seed): FuzzSeed => ({ type: 'value', ...seed })),
  ]
}

/**
 * Looks for texts that pass one side of a guard although they carry an attack or a value. Mutants that show a detector at a
 * score not seen before, or that lower the score, are mutated further. Pure: the chance comes in as a port, and the same
 * numbers give the same report. Memory is bounded by `CORPUS_MAX` and `KEPT_MAX`, work by the tries asked for.
 */
export class GuardFuzzer {
  readonly #side: GuardSide
  readonly #withheldFrom: number
  readonly #policy: SidePolicy
  readonly #watching: SidePolicy
  readonly #options: GuardOptions
  /** Detectors that have no say in whether a text passes are not asked. */
  readonly #verdictOnly: GuardOptions
  readonly #random: Random
  readonly #seeds: readonly FuzzSeed[]
  readonly #corpus: Entry[] = []
  readonly #seen = new Set<string>()
  readonly #kept = new Map<string, Bypass>()
  /** Mutants come to the same text again and again. */
  readonly #attackOf = boundedMemo(JUDGED_MAX, (text) => this.#judgeAttack(text))
  readonly #valueOf = boundedMemo(JUDGED_MAX, (text) => this.#guard(text, this.#policy, this.#verdictOnly))
  readonly #personOf = boundedMemo(JUDGED_MAX, (text) => this.#guard(text, this.#policy, this.#options))
  readonly #formOf = boundedMemo(WRITTEN_MAX, (key) => {
    const at = key.indexOf('\n')
    return writeWithin(key.slice(0, at), key.slice(at + 1))
  })
  readonly #knownByGoal = new Map<string, readonly KnownWay[]>()
  readonly #byTechnique = new Map<string, number>()
  readonly #byGoal = new Map<string, number>()
  #opened = 0
  #missedOpen = 0
  #tries = 0
  #discarded = 0
  #bypasses = 0

  // oxlint-disable-next-line max-params -- a side, what it asks, what chance gives, and what the running guard knows besides
  constructor(side: GuardSide, policy: SidePolicy, random: Random, setup: FuzzSetup = { options: {}, seeds: [] }) {
    const { classify } = setup.options
    this.#options = {
      ...setup.options,
      // Most forms are the same text to the classifier, which reads what they stand for.
      classify: classify === undefined ? undefined : boundedMemo(CLASSIFIED_MAX, classify),
    }
    this.#verdictOnly = { ...this.#options, settledFrom: policy.injection.at }
    this.#side = side
    this.#withheldFrom = setup.withheldFrom ?? Number.POSITIVE_INFINITY
    this.#policy = policy
    this.#random = random
    this.#seeds = [...seedsFor(policy, random), ...setup.seeds.map((seed): FuzzSeed => ({ type: 'value', ...seed }))]
    this.#watching =
      policy.injection.at > 1 ? policy : { ...policy, injection: { ...policy.injection, at: WATCHED_FROM } }
  }

  /** Whether the policy asks for anything that can be got past. */
  get hasSeeds(): boolean {
    return this.#seeds.length > 0
  }

  /** Makes one more try. */
  step(): void {
    if (this.#opened < this.#seeds.length) this.#open(this.#seeds[this.#opened++] as FuzzSeed)
    else if (this.#corpus.length > 0) this.#mutateOne()
    else this.#tries += 1
  }

  report(): FuzzReport {
    const sorted = (counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
      [...counts].toSorted((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1))
    return {
      tries: this.#tries,
      discarded: this.#discarded,
      bypasses: this.#bypasses,
      coverage: this.#seen.size,
      missedOpen: this.#missedOpen,
      seeds: this.#seeds.length,
      byTechnique: sorted(this.#byTechnique),
      byGoal: sorted(this.#byGoal),
      kept: [...this.#kept.values()],
    }
  }

  /** A seed as it is. One that passes in the open is reported and not mutated: hiding it shows nothing. */
  #open(seed: FuzzSeed): void {
    const mutant = mutate(seed.text, [])
    if (mutant === undefined) return
    this.#tries += 1
    const judged = this.#judge(seed, mutant)
    if (judged.isBypass) {
      this.#missedOpen += 1
      this.#count(seed, mutant, judged.judgement)
    }
    this.#covers(judged.seen)
    // Bare goals come first: one that is seen only because of the persuasion around it shows nothing either.
    if (this.#knownByGoal.has(goalOf(seed))) return
    this.#corpus.push({ seed, steps: [], score: judged.judgement.score, energy: 1, picks: 0 })
  }

  #mutate(text: string, steps: readonly Step[]): Mutant | undefined {
    return mutate(text, steps, (form, own) => this.#formOf(`${form}\n${own}`))
  }

  #mutateOne(): void {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const entry = this.#draw()
      const mutant = this.#mutate(entry.seed.text, this.#longer(entry))
      if (mutant === undefined) {
        this.#discarded += 1
        continue
      }
      this.#tries += 1
      const judged = this.#judge(entry.seed, mutant)
      const isNew = this.#covers(judged.seen)
      if (judged.isBypass) {
        // A way that is known already is dull; what shares it had better rest.
        if (!this.#count(entry.seed, mutant, judged.judgement)) entry.picks += KNOWN_COST
      } else if (isNew || judged.judgement.score < entry.score) this.#keep(entry, mutant, judged.judgement.score, isNew)
      return
    }
    this.#tries += 1
  }

  /** The best of a few drawn at random: energy falls with each time an entry was used. */
  #draw(): Entry {
    let best = pick(this.#random, this.#corpus)
    for (let drawn = 1; drawn < DRAWN; drawn++) {
      const other = pick(this.#random, this.#corpus)
      if (other.energy / (1 + other.picks) > best.energy / (1 + best.picks)) best = other
    }
    best.picks += 1
    return best
  }

  #longer({ seed, steps }: Entry): readonly Step[] {
    const techniques =
      seed.type === 'attack' ? ATTACK_TECHNIQUES : seed.hasForms ? VALUE_TECHNIQUES : FRAME_TECHNIQUE_IDS
    const added = Array.from({ length: this.#random() < 0.25 ? 2 : 1 }, () => ({
      technique: pick(this.#random, techniques),
      seed: below(this.#random, 2 ** 32),
    }))
    return [...steps, ...added].slice(-STEPS_MAX)
  }

  #keep(entry: Entry, { steps }: Mutant, score: number, isNew: boolean): void {
    const kept: Entry = {
      seed: entry.seed,
      steps,
      score,
      energy: 1 + (isNew ? 2 : 0) + 3 * Math.max(0, entry.score - score),
      picks: 0,
    }
    if (this.#corpus.length < CORPUS_MAX) this.#corpus.push(kept)
    else this.#corpus[below(this.#random, CORPUS_MAX)] = kept
  }

  #covers({ score, findings }: GuardJudgement): boolean {
    const before = this.#seen.size
    this.#seen.add(`score@${Math.floor(score * 10)}`)
    for (const finding of findings) this.#seen.add(`${finding.detector}@${Math.floor(finding.score * 10)}`)
    return this.#seen.size > before
  }

  #judge(seed: FuzzSeed, mutant: Mutant): Judged {
    if (seed.type === 'value' && seed.isHeld !== undefined) {
      const isHeld = seed.isHeld(mutant.text)
      const judgement = { action: isHeld ? 'block' : 'allow', score: 0, findings: [], text: mutant.text } as const
      return { judgement, seen: judgement, isBypass: !isHeld }
    }
    if (seed.type === 'value') {
      const judgement = seed.category === 'pii' ? this.#personOf(mutant.text) : this.#valueOf(mutant.text)
      const asked = seed.asked ?? askedFor(this.#policy, seed.category)
      return { judgement, seen: judgement, isBypass: isValueMissed(seed, mutant, { asked, judgement }) }
    }
    const { judgement, seen } = this.#attackOf(mutant.text)
    const isSeen = judgement.score >= this.#policy.injection.at
    // What a model does not read gives it no order, whatever the guard makes of it.
    const isRead = mutant.text.length < this.#withheldFrom
    return { judgement, seen, isBypass: isRead && isAttackMissed(seed, mutant, { isSeen, judgement }) }
  }

  /** What the policy says and what its detectors saw below its threshold: one look, where the one is in the other. */
  #judgeAttack(text: string): Omit<Judged, 'isBypass'> {
    const { at } = this.#policy.injection
    if (this.#policy.links !== undefined || refusesUnread(text) !== undefined || this.#isRead(text)) {
      const judgement = this.#guard(text, this.#policy, this.#verdictOnly)
      return {
        judgement,
        seen: judgement.score >= at ? judgement : this.#guard(text, this.#watching, this.#verdictOnly),
      }
    }
    const { score, judged } = judgeText(text, this.#watching, this.#verdictOnly)
    const seen = judgementOf(text, { score, judged })
    if (score >= at) return { judgement: seen, seen }
    const others = judged.filter(({ finding }) => finding.category !== 'injection')
    return { judgement: others.length === judged.length ? seen : judgementOf(text, { score, judged: others }), seen }
  }

  /** JSON is judged text by text on the document side. */
  #isRead(text: string): boolean {
    return this.#side === 'document' && /^\s*[[{]/.test(text)
  }

  #guard(text: string, policy: SidePolicy, options: GuardOptions): GuardJudgement {
    return (this.#side === 'document' ? guardDocument : guardText)(text, policy, options)
  }

  /** True when the way past is a new one. */
  #count(seed: FuzzSeed, mutant: Mutant, judgement: GuardJudgement): boolean {
    this.#bypasses += 1
    const goal = goalOf(seed)
    const used = new Set(mutant.steps.map(({ technique }) => technique))
    const known = this.#knownByGoal.get(goal) ?? []
    const explained = known.find(({ techniques }) => techniques.isSubsetOf(used))
    const technique = explained?.name ?? this.#learn(seed, mutant, judgement)
    this.#byTechnique.set(technique, (this.#byTechnique.get(technique) ?? 0) + 1)
    this.#byGoal.set(goal, (this.#byGoal.get(goal) ?? 0) + 1)
    return explained === undefined
  }

  /** A way that is not known for this goal: as few steps of it as still pass are kept. */
  #learn(seed: FuzzSeed, found: Mutant, judgement: GuardJudgement): string {
    const goal = goalOf(seed)
    const { mutant, passed } = this.#minimised(seed, found, judgement)
    const names = mutant.steps.map(({ technique: name }) => name)
    const technique = names.length === 0 ? NO_TECHNIQUE : names.join('+')
    const known = this.#knownByGoal.get(goal) ?? []
    this.#knownByGoal.set(goal, [...known, { name: technique, techniques: new Set(names) }])
    if (this.#kept.size < KEPT_MAX)
      this.#kept.set(`${technique} ${goal}`, {
        seed,
        goal,
        technique,
        text: mutant.text,
        action: passed.action,
        score: passed.score,
        steps: mutant.steps.length,
        lossy: mutant.lossy,
      })
    return technique
  }

  #minimised(
    seed: FuzzSeed,
    found: Mutant,
    judgement: GuardJudgement,
  ): { readonly mutant: Mutant; readonly passed: GuardJudgement } {
    let mutant = found
    let passed = judgement
    for (let index = mutant.steps.length - 1; index >= 0; index--) {
      const fewer = this.#mutate(seed.text, mutant.steps.toSpliced(index, 1))
      if (fewer === undefined) continue
      const judged = this.#judge(seed, fewer)
      if (!judged.isBypass) continue
      mutant = fewer
      passed = judged.judgement
    }
    return { mutant, passed }
  }
}

const goalOf = (seed: FuzzSeed): string => (seed.type === 'attack' ? seed.goal.id : seed.kind)
