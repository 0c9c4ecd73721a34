import { describe, expect, test } from 'vitest'
import { DAY_MS, epochMs } from '../../base/instant.ts'
import { assessControl, type Attestation, type CheckResult, type SystemEvidence } from './assess-control.ts'
import type { Control, Framework, Relation } from './control.ts'
import { coverFramework } from './cover-framework.ts'

const NOW = epochMs(1_800_000_000_000)

const control = (overrides: Partial<Control> = {}): Control => ({
  id: 'C-1',
  title: 'a control',
  risk: 'a risk',
  statement: 'a statement',
  implementedIn: ['data'],
  checks: ['R-1'],
  attestations: [],
  records: [],
  owner: 'somebody',
  tiers: ['T1'],
  cadence: 'yearly',
  crosswalks: [{ framework: 'frame', entry: 'A', relation: 'equal' }],
  catalogue: 'test',
  ...overrides,
})

const checks = (found: Readonly<Record<string, CheckResult['outcome']>>): SystemEvidence['checks'] =>
  new Map(Object.entries(found).map(([id, outcome]) => [id, { outcome, detail: outcome, at: NOW }]))

const evidence = (overrides: Partial<SystemEvidence> = {}): SystemEvidence => ({
  system: 'shop',
  tier: 'T1',
  checks: new Map(),
  records: new Map(),
  attestations: [],
  now: NOW,
  ...overrides,
})

const PAPER = { id: 'paper', what: 'a paper', maxAgeDays: 30 }
const attestation = (overrides: Partial<Attestation> = {}): Attestation => ({
  id: '1',
  system: 'shop',
  control: 'C-1',
  requirement: 'paper',
  document: 'sha256:0',
  name: 'paper.pdf',
  attestedBy: 'mara',
  at: epochMs(NOW - DAY_MS),
  validUntil: epochMs(NOW + DAY_MS),
  ...overrides,
})

describe('the status of a control follows from evidence', () => {
  test.each<[string, Partial<Control>, Partial<SystemEvidence>, string]>([
    ['its check passed', {}, { checks: checks({ 'R-1': 'passed' }) }, 'evidenced'],
    ['its check failed', {}, { checks: checks({ 'R-1': 'failed' }) }, 'failing'],
    ['its check is waived', {}, { checks: checks({ 'R-1': 'excepted' }) }, 'excepted'],
    ['its check errored', {}, { checks: checks({ 'R-1': 'errored' }) }, 'not-evidenced'],
    ['its check is inconclusive', {}, { checks: checks({ 'R-1': 'inconclusive' }) }, 'not-evidenced'],
    ['its check does not apply', {}, { checks: checks({ 'R-1': 'skipped' }) }, 'not-applicable'],
    ['no pack has its check', {}, {}, 'not-evidenced'],
    ['the tier is another', { tiers: ['T2'] }, { checks: checks({ 'R-1': 'passed' }) }, 'not-applicable'],
    [
      'one of two checks failed',
      { checks: ['R-1', 'R-2'] },
      { checks: checks({ 'R-1': 'passed', 'R-2': 'failed' }) },
      'failing',
    ],
    [
      'one of two checks is open',
      { checks: ['R-1', 'R-2'] },
      { checks: checks({ 'R-1': 'passed', 'R-2': 'errored' }) },
      'partly-evidenced',
    ],
    [
      'one of two checks is bound by no pack',
      { checks: ['R-1', 'R-2'] },
      { checks: checks({ 'R-1': 'passed' }) },
      'evidenced',
    ],
    ['a paper is missing', { attestations: [PAPER] }, { checks: checks({ 'R-1': 'passed' }) }, 'partly-evidenced'],
    [
      'a paper is there',
      { attestations: [PAPER] },
      { checks: checks({ 'R-1': 'passed' }), attestations: [attestation()] },
      'evidenced',
    ],
    [
      'a paper is there and the automated part is bound by no pack',
      { attestations: [PAPER] },
      { attestations: [attestation()] },
      'partly-evidenced',
    ],
    [
      'the word for a paper has ended',
      { checks: [], attestations: [PAPER] },
      { attestations: [attestation({ validUntil: NOW })] },
      'not-evidenced',
    ],
    [
      'a paper is older than the control allows, whatever was promised',
      { checks: [], attestations: [PAPER] },
      {
        attestations: [attestation({ at: epochMs(NOW - 31 * DAY_MS), validUntil: epochMs(NOW + DAY_MS) })],
      },
      'not-evidenced',
    ],
    [
      'a paper comes from the future',
      { checks: [], attestations: [PAPER] },
      { attestations: [attestation({ at: epochMs(NOW + 1) })] },
      'not-evidenced',
    ],
    [
      'the paper is of another control',
      { checks: [], attestations: [PAPER] },
      { attestations: [attestation({ control: 'C-2' })] },
      'not-evidenced',
    ],
    [
      'records are fresh',
      { checks: [], records: [{ kind: 'alerts', what: 'alerts', maxAgeDays: 30 }] },
      { records: new Map([['alerts', epochMs(NOW - 30 * DAY_MS)]]) },
      'evidenced',
    ],
    [
      'records are old',
      { checks: [], records: [{ kind: 'alerts', what: 'alerts', maxAgeDays: 30 }] },
      { records: new Map([['alerts', epochMs(NOW - 30 * DAY_MS - 1)]]) },
      'not-evidenced',
    ],
  ])('%s', (_, of, found, expected) => expect(assessControl(control(of), evidence(found)).status).toBe(expected))
})

describe('an entry of a framework is covered', () => {
  const framework: Framework = {
    id: 'frame',
    name: 'Frame',
    version: '1',
    publisher: 'nobody',
    licence: 'none',
    entries: [
      { id: 'A', title: 'mapped', parent: undefined },
      { id: 'B', title: 'unmapped', parent: undefined },
    ],
  }
  const covered = (relation: Relation, outcome: CheckResult['outcome']): string | undefined => {
    const of = control({ crosswalks: [{ framework: 'frame', entry: 'A', relation }] })
    const assessment = assessControl(of, evidence({ checks: checks({ 'R-1': outcome }) }))
    const { entries, counts } = coverFramework(framework, [assessment])
    expect(entries[1]?.coverage).toBe('no-control')
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(2)
    return entries[0]?.coverage
  }

  test.each<[Relation, CheckResult['outcome'], string]>([
    ['equal', 'passed', 'covered'],
    ['superset', 'passed', 'covered'],
    ['subset', 'passed', 'partly'],
    ['intersects', 'passed', 'partly'],
    ['equal', 'excepted', 'partly'],
    ['equal', 'failed', 'failing'],
    ['subset', 'failed', 'failing'],
    ['equal', 'errored', 'not-evidenced'],
    ['equal', 'skipped', 'not-applicable'],
  ])('a control that is %s to it and whose check is %s: %s', (relation, outcome, expected) =>
    expect(covered(relation, outcome)).toBe(expected),
  )
})
