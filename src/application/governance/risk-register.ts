import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { OPEN_CASE, withWord, wordFailure, type WordFailure } from '../../domain/approval/approval-case.ts'
import { rightOf } from '../../domain/approval/decision-rights.ts'
import { burnDown, type BurningRisk } from '../../domain/risk/burn-down.ts'
import type { Rating } from '../../domain/risk/rate-risk.ts'
import {
  changedRisk,
  riskFailure,
  riskNow,
  type Risk,
  type RiskAcceptance,
  type RiskChange,
  type RiskFailure,
  type RiskPlan,
} from '../../domain/risk/risk.ts'
import type { StoredVerdict } from '../release/stored-verdict.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { EXCERPTS_MAX } from '../state/records.ts'
import { currentRights, personOf, speakerIn } from './rights.ts'
import { storedRisk, storeRisk } from './risks.ts'
import type { PersonsWord } from './persons-word.ts'

const MESSAGES: Readonly<Record<RiskFailure, { readonly message: string; readonly next: string }>> = {
  'risk/refused': {
    message: 'its state does not allow it',
    next: 'see `gatehouse risk show`; a risk is assessed first',
  },
  'risk/no-evidence': {
    message: 'nothing shows it: a rule of the risk has not passed since it was planned, or no evidence is named',
    next: 'run `gatehouse gate`, or name what shows it with `--evidence`',
  },
  'risk/other-plan': {
    message: 'its treatment is another one',
    next: 'plan it first: gatehouse risk treat ID --plan …',
  },
  'risk/too-long': {
    message: 'a risk is carried for 1 to 90 days at T1, 180 at T2, 365 at T3',
    next: 'choose an earlier end',
  },
  'risk/not-catalogue': {
    message: 'only a risk of the catalogue is dismissed; what was found in this system is treated or carried',
    next: 'gatehouse risk treat, or gatehouse risk carry',
  },
  'risk/involved': { message: 'nobody dismisses a risk that is theirs to see to', next: 'ask somebody else' },
  'risk/past': { message: 'it would have been due before it was planned', next: 'choose a later day' },
}

/** How likely it is and how much harm it does, 1 to 5 each; the tier makes a level of it. */
export function assessRisk(
  node: OwnerNode,
  principal: Principal,
  { id, note, ...rating }: Rating & { readonly id: string; readonly note: string },
): Promise<Result<Risk, Problem>> {
  return change(node, principal, id, async () => ok({ event: 'assess', note, rating }))
}

/** What is to be done about it, by whom and until when. */
export function planRisk(
  node: OwnerNode,
  principal: Principal,
  input: {
    readonly id: string
    readonly plan: RiskPlan
    readonly note: string
    readonly owner?: string | undefined
    readonly days?: number | undefined
  },
): Promise<Result<Risk, Problem>> {
  const { id, plan, note, owner, days } = input
  const dueAt = days === undefined ? undefined : epochMs(node.clock() + days * DAY_MS)
  return change(node, principal, id, async () => ok({ event: 'plan', note, plan: { plan, owner, dueAt } }))
}

/** It was treated as planned, or it is there again. */
export function endRisk(
  node: OwnerNode,
  principal: Principal,
  input: {
    readonly id: string
    readonly event: 'mitigate' | 'transfer' | 'avoid' | 'reopen'
    readonly note: string
    readonly evidence?: string | undefined
  },
): Promise<Result<Risk, Problem>> {
  const { id, event, note, evidence } = input
  return change(node, principal, id, async (risk) =>
    ok({ event, note, evidence, areRulesGreen: await areRulesGreen(node, risk) }),
  )
}

/** A risk of the catalogue that this system does not have: said with a reason by somebody who does not own it. */
export function dismissRisk(
  node: OwnerNode,
  principal: Principal,
  { id, note }: { readonly id: string; readonly note: string },
): Promise<Result<Risk, Problem>> {
  return change(node, principal, id, async () => ok({ event: 'dismiss', note }))
}

/** Asks for the risk to be carried. Where the decision rights ask nobody, asking is enough. */
export async function askAcceptance(
  node: OwnerNode,
  principal: Principal,
  input: { readonly id: string; readonly reason: string; readonly days: number },
): Promise<Result<Risk, Problem>> {
  const now = node.clock()
  const acceptance: RiskAcceptance = {
    ...OPEN_CASE,
    requestedBy: personOf(principal),
    requestedAt: now,
    reason: input.reason,
    expiresAt: epochMs(now + input.days * DAY_MS),
  }
  const rights = await currentRights(node)
  const alone = {
    event: 'accept',
    note: 'its tier asks nobody else',
    acceptance: { ...acceptance, state: 'approved' },
  } as const
  return change(node, principal, input.id, async (risk) =>
    ok({
      event: 'ask-acceptance',
      note: input.reason,
      acceptance,
      following: rightOf(rights, 'risk-acceptance', risk.tier).people > 0 ? undefined : alone,
    }),
  )
}

const WORD_MESSAGES: Readonly<Record<WordFailure, string>> = {
  'approval/closed': 'nobody asks for it to be carried',
  'approval/involved': 'nobody carries what they asked others to carry, nor what they own',
  'approval/role': 'this role does not accept risks of this tier',
}

/** One person's word on carrying it. */
export async function speakOnRisk(
  node: OwnerNode,
  principal: Principal,
  input: PersonsWord,
): Promise<Result<Risk, Problem>> {
  const rights = await currentRights(node)
  const speaker = await speakerIn(node, principal, { role: input.role, decision: 'risk-acceptance' })
  return change(node, principal, input.id, async (risk): Promise<Result<Draft, Problem>> => {
    const { acceptance } = risk
    const right = rightOf(rights, 'risk-acceptance', risk.tier)
    const word = {
      ...(speaker ?? { principal: personOf(principal), role: 'none', onBehalfOf: null }),
      decision: input.decision,
      comment: input.comment,
      at: node.clock(),
    }
    const involved = [acceptance?.requestedBy ?? '', risk.owner]
    const refused =
      acceptance === null || risk.treatment !== 'acceptance-asked'
        ? 'approval/closed'
        : wordFailure(acceptance, word, { right, involved })
    if (acceptance === null || refused !== undefined) {
      const code = refused ?? 'approval/closed'
      return fail({
        code,
        message: `\`${risk.id}\`: ${WORD_MESSAGES[code]}`,
        next: `ask one of: ${right.roles.join(', ')}`,
      })
    }
    const spoken: RiskAcceptance = { ...acceptance, ...withWord(acceptance, word, right) }
    if (spoken.state === 'rejected') return ok({ event: 'refuse', note: input.comment, acceptance: spoken })
    if (spoken.state === 'approved') return ok({ event: 'accept', note: input.comment, acceptance: spoken })
    return ok({ keep: { ...risk, acceptance: spoken } })
  })
}

type Step = Omit<RiskChange, 'at' | 'who'>
/** A step and what follows from it at once, or the risk as it is to be kept. */
type Draft = (Step & { readonly following?: Step | undefined }) | { readonly keep: Risk }

async function change(
  node: OwnerNode,
  principal: Principal,
  id: string,
  draftOf: (risk: Risk) => Promise<Result<Draft, Problem>>,
): Promise<Result<Risk, Problem>> {
  return node.recorder.exclusive(async () => {
    const known = await findRisk(node, id)
    if (!known.ok) return known
    const draft = await draftOf(known.value)
    if (!draft.ok) return draft
    if ('keep' in draft.value) return storeRisk(node, principal, draft.value.keep)
    const step = { at: node.clock(), who: personOf(principal) }
    const refused = riskFailure(known.value, { ...draft.value, ...step })
    if (refused !== undefined)
      return fail({ code: refused, message: `\`${id}\`: ${MESSAGES[refused].message}`, next: MESSAGES[refused].next })
    const moved = changedRisk(known.value, { ...draft.value, ...step })
    const { following } = draft.value
    return storeRisk(node, principal, following === undefined ? moved : changedRisk(moved, { ...following, ...step }))
  })
}

/** As it stands now: an acceptance that has ended has ended. */
export async function findRisk(node: OwnerNode, id: string): Promise<Result<Risk, Problem>> {
  const record = await node.store.get('risks', id)
  return record === undefined
    ? fail({ code: 'risk/unknown', message: `no risk \`${id}\` is known`, next: 'see `gatehouse risk list`' })
    : ok(riskNow(storedRisk(record.document), node.clock()))
}

/** Every rule that the risk names has passed in a verdict from after it was planned. */
async function areRulesGreen(node: OwnerNode, { system, rules, history }: Risk): Promise<boolean> {
  const planned = history.findLast(({ what }) => what.startsWith('plan:'))?.at
  const [newest] = await node.store.list('verdicts', { system, limit: 1 })
  const verdict = newest?.document as unknown as StoredVerdict | undefined
  if (planned === undefined || verdict === undefined || verdict.decidedAt <= planned) return false
  const passed = new Set(verdict.results.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id))
  return rules.length > 0 && rules.every((rule) => passed.has(rule))
}

export async function allRisks(node: OwnerNode, system: string | undefined): Promise<readonly Risk[]> {
  const now = node.clock()
  const records = await listAll(node.store, 'risks', system === undefined ? {} : { system })
  return records.map(({ document }) => riskNow(storedRisk(document), now))
}

/** Open risks over time. */
export async function riskBurnDown(
  node: OwnerNode,
  {
    system,
    points,
    stepDays,
  }: { readonly system: string | undefined; readonly points: number; readonly stepDays: number },
): Promise<readonly object[]> {
  const until: EpochMs = node.clock()
  const risks: BurningRisk[] = []
  for (let after: string | undefined; ;) {
    const page = await node.store.excerpts('risks', { system, after })
    // What is carried no longer is due on the day that ended it.
    risks.push(...page.map(({ excerpt }) => riskNow(excerpt as unknown as Risk, until)))
    if (page.length < EXCERPTS_MAX) return burnDown(risks, { until, points, stepDays })
    after = page.at(-1)?.id
  }
}
