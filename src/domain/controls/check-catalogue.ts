import type { Catalogue, Control, Framework } from './control.ts'

export interface CatalogueFault {
  readonly code:
    | 'controls/duplicate'
    | 'controls/unknown-framework'
    | 'controls/unknown-entry'
    | 'controls/unknown-check'
    | 'controls/unowned-check'
    | 'controls/orphan'
    | 'controls/no-evidence'
    | 'controls/cyclic-crosswalk'
  readonly control: string
  readonly message: string
}

/** A rule of a pack, as far as the catalogue is concerned. */
export interface KnownCheck {
  readonly id: string
  readonly controls: readonly string[]
}

/**
 * What makes a catalogue worthless: ids that do not exist, controls that serve nothing or are shown by nothing, checks that
 * no control owns, and crosswalks that contradict each other.
 */
export function checkCatalogue(catalogue: Catalogue, checks: readonly KnownCheck[]): readonly CatalogueFault[] {
  const { controls, frameworks } = catalogue
  const entries = new Map(frameworks.map(({ id, entries: own }) => [id, new Set(own.map((entry) => entry.id))]))
  const known = new Map(checks.map((check) => [check.id, check]))
  const seen = new Set<string>()
  const faults = controls.flatMap((control) => {
    const isDuplicate = seen.has(control.id)
    seen.add(control.id)
    return faultsOfControl(control, entries, known, isDuplicate)
  })
  return [...faults, ...faultsOfChecks(controls, checks), ...cyclesOf(controls, frameworks)]
}

function faultsOfControl(
  control: Control,
  entries: ReadonlyMap<string, ReadonlySet<string>>,
  checks: ReadonlyMap<string, KnownCheck>,
  isDuplicate: boolean,
): readonly CatalogueFault[] {
  const faults: CatalogueFault[] = []
  const fault = (code: CatalogueFault['code'], message: string): void => {
    faults.push({ code, control: control.id, message })
  }
  if (isDuplicate) fault('controls/duplicate', `control \`${control.id}\` is written twice`)
  for (const { framework, entry } of control.crosswalks) {
    const own = entries.get(framework)
    if (own === undefined) fault('controls/unknown-framework', `no framework \`${framework}\` is known`)
    else if (!own.has(entry)) fault('controls/unknown-entry', `\`${framework}\` has no entry \`${entry}\``)
  }
  for (const check of control.checks) {
    const rule = checks.get(check)
    if (rule === undefined) fault('controls/unknown-check', `no pack has a rule \`${check}\``)
    else if (!rule.controls.includes(control.id))
      fault('controls/unknown-check', `rule \`${check}\` does not name \`${control.id}\``)
  }
  if (control.crosswalks.length === 0) fault('controls/orphan', 'it serves no entry of any framework')
  if (control.checks.length + control.records.length + control.attestations.length === 0)
    fault('controls/no-evidence', 'nothing could show that it works')
  return faults
}

/** A rule without a control has no reason; a rule that its control does not list is evidence that nobody counts. */
function faultsOfChecks(controls: readonly Control[], checks: readonly KnownCheck[]): readonly CatalogueFault[] {
  const byId = new Map(controls.map((control) => [control.id, control]))
  return checks.flatMap(({ id, controls: named }) =>
    named.flatMap((name): readonly CatalogueFault[] => {
      const control = byId.get(name)
      if (control?.checks.includes(id) === true) return []
      const message =
        control === undefined ? `rule \`${id}\` names it, and it does not exist` : `it does not list rule \`${id}\``
      return [{ code: 'controls/unowned-check', control: name, message }]
    }),
  )
}

interface Edge {
  readonly to: string
  readonly isStrict: boolean
}

/**
 * Relations are containments, and an entry lies within its parent. A circle with one strict step says that something is
 * smaller than itself: one of the crosswalks on it is wrong.
 */
function cyclesOf(controls: readonly Control[], frameworks: readonly Framework[]): readonly CatalogueFault[] {
  const edges = new Map<string, Edge[]>()
  const add = (from: string, to: string, isStrict: boolean): void => {
    const own = edges.get(from)
    if (own === undefined) edges.set(from, [{ to, isStrict }])
    else own.push({ to, isStrict })
  }
  for (const { id, entries } of frameworks)
    for (const { id: entry, parent } of entries)
      if (parent !== undefined) add(`${id} ${entry}`, `${id} ${parent}`, true)
  for (const control of controls)
    for (const { framework, entry, relation } of control.crosswalks) {
      const node = `${framework} ${entry}`
      if (relation === 'subset') add(control.id, node, true)
      if (relation === 'superset') add(node, control.id, true)
      if (relation === 'equal') {
        add(control.id, node, false)
        add(node, control.id, false)
      }
    }
  return controls
    .filter(({ id }) => isBelowItself(id, edges))
    .map(({ id }) => ({
      code: 'controls/cyclic-crosswalk',
      control: id,
      message: 'its crosswalks say that it is a part of itself',
    }))
}

/** A walk over (node, took a strict step): bounded by twice the number of nodes. */
function isBelowItself(start: string, edges: ReadonlyMap<string, readonly Edge[]>): boolean {
  const seen = new Set<string>()
  const stack: { node: string; isStrict: boolean }[] = [{ node: start, isStrict: false }]
  for (let current = stack.pop(); current !== undefined; current = stack.pop()) {
    if (current.isStrict && current.node === start) return true
    const key = `${current.isStrict} ${current.node}`
    if (seen.has(key)) continue
    seen.add(key)
    for (const { to, isStrict } of edges.get(current.node) ?? [])
      stack.push({ node: to, isStrict: current.isStrict || isStrict })
  }
  return false
}
