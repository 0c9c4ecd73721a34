import { modeOf, type PolicyPack, type PolicyRule } from './policy-pack.ts'

/** What a change does to releases, as far as it shows without a release. */
export type RuleChangeEffect = 'stricter' | 'looser' | 'either' | 'none'

export interface RuleChange {
  readonly rule: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** Fields that differ. */
  readonly fields: readonly string[]
  readonly effect: RuleChangeEffect
}

const TEXT_FIELDS = ['title', 'message', 'fix', 'severity', 'controls', 'frameworks'] as const

/** Rules that were added, removed or changed. `either` is said where only a replay can tell. */
export function diffPacks(from: PolicyPack, to: PolicyPack): readonly RuleChange[] {
  const before = new Map(from.rules.map((rule) => [rule.id, rule]))
  const after = new Map(to.rules.map((rule) => [rule.id, rule]))
  const changes: RuleChange[] = []
  for (const [id, rule] of after) {
    const old = before.get(id)
    if (old === undefined) {
      const effect = modeOf(to, rule) === 'shadow' ? 'none' : 'stricter'
      changes.push({ rule: id, kind: 'added', fields: [], effect })
    } else {
      const change = changeOf(from, old, to, rule)
      if (change !== undefined) changes.push(change)
    }
  }
  for (const [id, rule] of before)
    if (!after.has(id)) {
      const effect = modeOf(from, rule) === 'shadow' ? 'none' : 'looser'
      changes.push({ rule: id, kind: 'removed', fields: [], effect })
    }
  return changes.toSorted((left, right) => (left.rule < right.rule ? -1 : 1))
}

// oxlint-disable-next-line max-params -- a rule belongs to its pack, on each side
function changeOf(fromPack: PolicyPack, from: PolicyRule, toPack: PolicyPack, to: PolicyRule): RuleChange | undefined {
  const fields: string[] = []
  const effects: RuleChangeEffect[] = []
  const note = (field: string, effect: RuleChangeEffect): void => {
    fields.push(field)
    effects.push(effect)
  }
  for (const field of TEXT_FIELDS) if (JSON.stringify(from[field]) !== JSON.stringify(to[field])) note(field, 'none')
  noteConditions(from, to, note)
  // Another bundle or server may decide anything.
  const isRego = from.rego !== undefined || to.rego !== undefined
  if (isRego && JSON.stringify(fromPack.engine) !== JSON.stringify(toPack.engine)) note('engine', 'either')
  if (from.maxAgeDays !== to.maxAgeDays) note('maxAgeDays', to.maxAgeDays < from.maxAgeDays ? 'stricter' : 'looser')
  const [oldMode, newMode] = [modeOf(fromPack, from), modeOf(toPack, to)]
  if (oldMode !== newMode) note('mode', newMode === 'enforce' ? 'stricter' : 'looser')
  noteRunTime(from, to, note)
  if (JSON.stringify(from.tests) !== JSON.stringify(to.tests)) note('tests', 'none')
  if (fields.length === 0) return undefined
  const isShadow = oldMode === 'shadow' && newMode === 'shadow'
  return { rule: to.id, kind: 'changed', fields, effect: isShadow ? 'none' : joined(effects) }
}

function noteConditions(
  from: PolicyRule,
  to: PolicyRule,
  note: (field: string, effect: RuleChangeEffect) => void,
): void {
  if (from.when !== to.when) note('when', to.when === 'true' ? 'stricter' : 'either')
  if (from.expr !== to.expr) note('expr', 'either')
  if (JSON.stringify(from.check ?? null) !== JSON.stringify(to.check ?? null)) note('check', checkEffect(from, to))
}

function noteRunTime(from: PolicyRule, to: PolicyRule, note: (field: string, effect: RuleChangeEffect) => void): void {
  const [before, after] = [from.effect ?? 'block', to.effect ?? 'block']
  if (before !== after) note('effect', after === 'block' ? 'stricter' : 'looser')
}

/** A bound moved one way in every tier says which way; anything else may go either. */
function checkEffect({ check: from }: PolicyRule, { check: to }: PolicyRule): RuleChangeEffect {
  if (from === undefined) return 'stricter'
  if (to === undefined) return 'looser'
  if (from.kind !== 'suite' || to.kind !== 'suite' || from.purpose !== to.purpose || from.metric !== to.metric)
    return 'either'
  const moved = (field: 'atMost' | 'atLeast'): readonly number[] =>
    Object.keys(from[field] ?? {}).map((tier) => (to[field]?.[tier] ?? Number.NaN) - (from[field]?.[tier] ?? 0))
  const steps = [...moved('atMost').map((step) => -step), ...moved('atLeast')]
  if (steps.length === 0 || steps.some(Number.isNaN)) return 'either'
  if (steps.every((step) => step >= 0)) return 'stricter'
  return steps.every((step) => step <= 0) ? 'looser' : 'either'
}

function joined(effects: readonly RuleChangeEffect[]): RuleChangeEffect {
  const real = new Set(effects.filter((effect) => effect !== 'none'))
  if (real.size === 0) return 'none'
  return real.size === 1 ? ([...real][0] ?? 'either') : 'either'
}
